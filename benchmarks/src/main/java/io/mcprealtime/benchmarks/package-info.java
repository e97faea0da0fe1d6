/** Commands that print the figures of docs/performance.md, each against a yardstick of its run. */
@NullMarked
package io.mcprealtime.benchmarks;

import org.jspecify.annotations.NullMarked;
