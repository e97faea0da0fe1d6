/** Contract tests that every backend passes, a manual clock and makers of samples. */
@NullMarked
package io.mcprealtime.testkit;

import org.jspecify.annotations.NullMarked;
