package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.Detector;
import io.mcprealtime.analysis.Verdict;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** What is simpler than the detector, or was known before it: what it must beat. */
final class NabBaselines {
  private static final int WARM_UP = 50;
  private static final double BEYOND = 0.002;

  private NabBaselines() {}

  /**
   * A baseline.
   *
   * @param coolDown values after an alarm in which no other begins; 0 lets each row be one
   */
  record Way(String name, Supplier<Detector> detector, int coolDown) {}

  static List<Way> all() {
    return List.of(
        new Way("nothing", () -> new Baseline(new Nothing()), 0),
        new Way("z-score over all before", () -> new Baseline(new ZScore()), 0),
        new Way("the same, cool-down", () -> new Baseline(new ZScore()), 100),
        new Way("band of the value", () -> new Baseline(new Band(Band.Over.WIDTH)), 100),
        new Way("band: value, mean, change", () -> new Baseline(new Start()), 200));
  }

  /** Gives a value its score, from what came before. */
  @FunctionalInterface
  private interface Scorer {
    double score(double value);
  }

  /** A scorer as a detector. It has no threshold of its own, so nothing is an onset. */
  private static final class Baseline implements Detector {
    private final Scorer scorer;
    private long count;

    private Baseline(Scorer scorer) {
      this.scorer = scorer;
    }

    @Override
    public Verdict next(Instant at, double value) {
      count++;
      return new Verdict(scorer.score(value), Double.NaN, Double.NaN, false, false);
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public byte[] save() {
      throw new UnsupportedOperationException("a baseline runs from start to end");
    }
  }

  private static final class Nothing implements Scorer {
    @Override
    public double score(double value) {
      return 0;
    }
  }

  /** Distance from the mean of all values before, in their standard deviations. */
  private static final class ZScore implements Scorer {
    private final Moments moments = new Moments();

    @Override
    public double score(double value) {
      double deviation = moments.deviation();
      double score =
          moments.count < WARM_UP || deviation == 0
              ? 0
              : Math.abs(value - moments.mean) / deviation;
      moments.add(value);
      return score;
    }
  }

  /** Distance outside the band of all values before. */
  private static final class Band implements Scorer {
    /** What the distance is divided by. */
    private enum Over {
      WIDTH,
      DEVIATION
    }

    private final Over over;
    private final List<Double> sorted = new ArrayList<>();
    private final Moments moments = new Moments();

    private Band(Over over) {
      this.over = over;
    }

    @Override
    public double score(double value) {
      double score = 0;
      if (sorted.size() >= WARM_UP) {
        int beyond = (int) (BEYOND * (sorted.size() - 1));
        double low = sorted.get(beyond);
        double high = sorted.get(sorted.size() - 1 - beyond);
        double unit = over == Over.WIDTH ? (high - low) / 6 : moments.deviation();
        score = unit == 0 ? 0 : Math.max(0, Math.max(low - value, value - high)) / unit;
      }
      int place = Collections.binarySearch(sorted, value);
      sorted.add(place < 0 ? -place - 1 : place, value);
      moments.add(value);
      return score;
    }
  }

  /** The greatest of three bands: of the value, of the mean of 20, of the change. */
  private static final class Start implements Scorer {
    private static final int SPAN = 20;

    private final Band ofValue = new Band(Band.Over.DEVIATION);
    private final Band ofMean = new Band(Band.Over.DEVIATION);
    private final Band ofChange = new Band(Band.Over.DEVIATION);
    private final Deque<Double> recent = new ArrayDeque<>();

    @Override
    public double score(double value) {
      double change = recent.isEmpty() ? 0 : Math.abs(value - recent.getLast());
      recent.add(value);
      if (recent.size() > SPAN) {
        recent.remove();
      }
      double mean = recent.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      return Math.max(ofValue.score(value), Math.max(ofMean.score(mean), ofChange.score(change)));
    }
  }

  /** Mean and deviation of a stream (Welford, Technometrics 4, 1962). */
  private static final class Moments {
    private int count;
    private double mean;
    private double squares;

    private void add(double value) {
      count++;
      double distance = value - mean;
      mean += distance / count;
      squares += distance * (value - mean);
    }

    private double deviation() {
      return count == 0 ? 0 : Math.sqrt(squares / count);
    }
  }
}
