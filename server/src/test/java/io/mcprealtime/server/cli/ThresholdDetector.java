package io.mcprealtime.server.cli;

import io.mcprealtime.analysis.Detector;
import io.mcprealtime.analysis.Verdict;
import java.time.Instant;

/** From the third value on, whatever is above 100 is anomalous. */
final class ThresholdDetector implements Detector {
  private static final double HIGH = 100;
  private long count;
  private boolean active;

  @Override
  public Verdict next(Instant at, double value) {
    count++;
    if (count < 3) {
      return Verdict.NONE;
    }
    boolean outside = value > HIGH;
    boolean onset = outside && !active;
    active = outside;
    return new Verdict(value / HIGH, 0, HIGH, onset, active);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public byte[] save() {
    return new byte[0];
  }
}
