/** The JSON shapes of the domain records, on the wire and in archives. */
@NullMarked
package io.mcprealtime.wire;

import org.jspecify.annotations.NullMarked;
