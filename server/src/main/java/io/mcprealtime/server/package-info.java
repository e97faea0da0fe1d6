/** The program: its entry. */
@NullMarked
package io.mcprealtime.server;

import org.jspecify.annotations.NullMarked;
