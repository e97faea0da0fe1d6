/** Cache backends for Redis: RESP to any Redis, and the REST protocol of Upstash. */
@NullMarked
package io.mcprealtime.redis;

import org.jspecify.annotations.NullMarked;
