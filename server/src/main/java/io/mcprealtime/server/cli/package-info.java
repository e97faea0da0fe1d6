/** The command line and what it runs. */
@NullMarked
package io.mcprealtime.server.cli;

import org.jspecify.annotations.NullMarked;
