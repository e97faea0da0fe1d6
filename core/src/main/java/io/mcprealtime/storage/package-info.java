/** The roles that a time-series backend plays, and the in-memory one. */
@NullMarked
package io.mcprealtime.storage;

import org.jspecify.annotations.NullMarked;
