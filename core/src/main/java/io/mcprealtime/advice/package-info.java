/** What should be changed, why, and whether it helped when it was. No I/O. */
@NullMarked
package io.mcprealtime.advice;

import org.jspecify.annotations.NullMarked;
