/** Export of stored data to compressed files that prove what they hold, and import of them. */
@NullMarked
package io.mcprealtime.archive;

import org.jspecify.annotations.NullMarked;
