/** Helpers of the library's own modules; not for applications. */
@NullMarked
package io.mcprealtime.internal;

import org.jspecify.annotations.NullMarked;
