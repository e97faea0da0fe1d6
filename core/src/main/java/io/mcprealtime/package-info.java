/** Domain records of MCP monitoring and the four managers, the library's public face. */
@NullMarked
package io.mcprealtime;

import org.jspecify.annotations.NullMarked;
