/**
 * Verdicts with evidence: trends, anomalies, health scores. No I/O; time comes from the samples.
 */
@NullMarked
package io.mcprealtime.analysis;

import org.jspecify.annotations.NullMarked;
