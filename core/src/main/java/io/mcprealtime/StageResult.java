package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How one stage of a probe went.
 *
 * @param time how long it took, cut to microseconds; absent when the stage was skipped
 * @param detail what was found, in words; at most {@value #MAX_DETAIL_LENGTH} characters
 */
public record StageResult(
    ProbeStage stage, Verdict verdict, @Nullable Duration time, @Nullable String detail) {
  public static final int MAX_DETAIL_LENGTH = 1_000;

  /** What came out of a stage. */
  public enum Verdict {
    PASSED,
    /** It works, and something about it is wrong. */
    WARNING,
    FAILED,
    /** Not run: not needed, or an earlier stage failed. */
    SKIPPED
  }

  public StageResult {
    requireNonNull(stage, "stage");
    requireNonNull(verdict, "verdict");
    time = time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    detail = detail == null ? null : Texts.bounded(detail, MAX_DETAIL_LENGTH);
  }
}
