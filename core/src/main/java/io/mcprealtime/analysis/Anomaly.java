package io.mcprealtime.analysis;

import io.mcprealtime.Severity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of time in which a metric was not what it usually is, with the evidence.
 *
 * @param metric what was measured: {@code response_time_ms}, {@code error_rate} (0 to 1), {@code
 *     memory_mb}, {@code requests}, {@code availability}
 * @param since onset: the first sample outside
 * @param until the first sample that was inside again; absent while it lasts
 * @param value the value furthest outside
 * @param expectedLow lower end of what was expected
 * @param expectedHigh upper end of what was expected
 * @param score how far it went, as a multiple of what makes an anomaly; absent where the metric has
 *     none
 * @param sentence the verdict for people
 */
public record Anomaly(
    String metric,
    Severity severity,
    Instant since,
    @Nullable Instant until,
    double value,
    double expectedLow,
    double expectedHigh,
    @Nullable Double score,
    String sentence) {}
