/** The role that a cache backend plays, and the in-process one. */
@NullMarked
package io.mcprealtime.cache;

import org.jspecify.annotations.NullMarked;
