/** What the services behind the storage and the cache may be used for, and what is used. */
@NullMarked
package io.mcprealtime.budget;

import org.jspecify.annotations.NullMarked;
