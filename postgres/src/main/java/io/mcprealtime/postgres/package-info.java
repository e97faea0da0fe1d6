/** Time-series backend on PostgreSQL, and the embedded server. */
@NullMarked
package io.mcprealtime.postgres;

import org.jspecify.annotations.NullMarked;
