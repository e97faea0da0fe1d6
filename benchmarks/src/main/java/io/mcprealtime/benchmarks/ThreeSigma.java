package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.Detector;
import io.mcprealtime.analysis.Verdict;
import java.time.Instant;

/**
 * The rule that is found everywhere: a value is anomalous when it is more than three standard
 * deviations off the mean of all before it. One alarm in as many values as the detector allows.
 */
final class ThreeSigma implements Detector {
  private static final int WARM_UP = 50;
  private static final int COOL_DOWN = 100;
  private static final double DEVIATIONS = 3;

  private long count;
  private double mean;
  private double squares;
  private int sinceOnset = COOL_DOWN;

  @Override
  public Verdict next(Instant at, double value) {
    double reach = count == 0 ? 0 : DEVIATIONS * Math.sqrt(squares / count);
    double distance = Math.abs(value - mean);
    boolean outside = count >= WARM_UP && distance > reach;
    boolean onset = outside && sinceOnset >= COOL_DOWN;
    var verdict = new Verdict(outside ? 1 : 0, mean - reach, mean + reach, onset, outside);
    sinceOnset = onset ? 0 : sinceOnset + 1;
    learn(value);
    return verdict;
  }

  private void learn(double value) {
    count++;
    double distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public byte[] save() {
    throw new UnsupportedOperationException("a yardstick runs from start to end");
  }
}
