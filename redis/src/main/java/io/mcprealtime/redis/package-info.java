/** Cache backends for any Redis and for Upstash. */
@NullMarked
package io.mcprealtime.redis;

import org.jspecify.annotations.NullMarked;
