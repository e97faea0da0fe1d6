package io.mcprealtime.analysis;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Finds lasting changes of response time, by the test of Page and Hinkley (Page, "Continuous
 * inspection schemes", Biometrika 41, 1954) on its logarithm, both ways: deviations from the mean
 * beyond a tolerance are summed, and a sum over a bound is a change that began where it last was 0.
 * The tolerance is half the least change that matters; the bound follows from the noise, its
 * correlation from sample to sample included, so that a false change is as rare for one server as
 * for another. Not thread-safe.
 */
final class ShiftWatch {
  /** A smaller change of response time is none that anyone cares for. */
  private static final double LEAST_CHANGE = Math.log(1.2);

  private static final double LEAST_TOLERANCE = LEAST_CHANGE / 2;
  private static final double TOLERANCE_DEVIATIONS = 0.5;

  /**
   * For noise of variance v a tolerance d and a bound h, e^(2dh/v) is about how many samples lie
   * between false changes (Siegmund, "Sequential Analysis", 1985): a million.
   */
  private static final double FALSE_EXPONENT = 14;

  /** So many samples at least carry a change. */
  private static final double LEAST_SAMPLES = 10;

  /** A sample counts for no more than so many deviations and two tolerances: outliers are none. */
  private static final double MOST_DEVIATIONS = 3;

  private static final double MOST_CORRELATION = 0.9;
  private static final int WARM_UP = 50;
  private static final int MOST_LEARNT = 5_760;

  private long count;
  private double mean;
  private double squares;
  private double products;
  private double lastDeviation;
  private final Side up = new Side();
  private final Side down = new Side();

  /** The sum of deviations in one direction. */
  private static final class Side {
    private double sum;
    private long samples;
    private double total;
    private long sinceMillis;

    private boolean add(
        double deviation, double value, double tolerance, double bound, long before) {
      double next = Math.max(0, sum + deviation - tolerance);
      if (next > 0) {
        if (sum == 0) {
          samples = 0;
          total = 0;
          sinceMillis = before;
        }
        samples++;
        total += value;
      }
      sum = next;
      return sum > bound;
    }

    private void clear() {
      sum = 0;
    }

    private void save(DataOutputStream out) throws IOException {
      out.writeDouble(sum);
      out.writeLong(samples);
      out.writeDouble(total);
      out.writeLong(sinceMillis);
    }

    private void restore(DataInputStream in) throws IOException {
      sum = in.readDouble();
      samples = in.readLong();
      total = in.readDouble();
      sinceMillis = in.readLong();
    }
  }

  private long lastMillis;

  /** Judges a response time, then learns it. */
  Optional<Shift> next(Instant at, double millis) {
    double value = Metric.RESPONSE_TIME.scaled(millis);
    long before = lastMillis == 0 ? at.toEpochMilli() : lastMillis;
    lastMillis = at.toEpochMilli();
    if (count < WARM_UP) {
      learn(value, value - mean);
      return Optional.empty();
    }
    double variance = squares / count;
    double deviation = Math.sqrt(variance);
    double correlation =
        variance == 0 ? 0 : Math.min(MOST_CORRELATION, Math.max(0, products / count / variance));
    double noise = variance * (1 + correlation) / (1 - correlation);
    double tolerance = Math.max(LEAST_TOLERANCE, TOLERANCE_DEVIATIONS * deviation);
    double bound = Math.max(FALSE_EXPONENT * noise / (2 * tolerance), LEAST_SAMPLES * tolerance);
    double most = MOST_DEVIATIONS * deviation + 2 * tolerance;
    double difference = Math.max(-most, Math.min(most, value - mean));
    boolean rose = up.add(difference, value, tolerance, bound, before);
    boolean fell = down.add(-difference, value, tolerance, bound, before);
    if (rose || fell) {
      return changed(at, rose ? up : down);
    }
    learn(value, difference);
    return Optional.empty();
  }

  private Optional<Shift> changed(Instant at, Side side) {
    double after = side.total / side.samples;
    double old = mean;
    long oldCount = count;
    count = 0;
    mean = 0;
    squares = 0;
    products = 0;
    lastDeviation = 0;
    long samples = side.samples;
    var since = Instant.ofEpochMilli(side.sinceMillis);
    up.clear();
    down.clear();
    if (Math.abs(after - old) < LEAST_CHANGE) {
      return Optional.empty();
    }
    return Optional.of(
        new Shift(
            since,
            at,
            Metric.RESPONSE_TIME.unscaled(old),
            Metric.RESPONSE_TIME.unscaled(after),
            oldCount,
            samples));
  }

  private void learn(double value, double difference) {
    double share = count == MOST_LEARNT ? 1 - 1.0 / MOST_LEARNT : 1;
    count = Math.min(count + 1, MOST_LEARNT);
    mean += difference / count;
    // Clipped as the difference was, so that an outlier does not widen what counts as noise.
    double rest = value - mean;
    rest = Math.copySign(Math.min(Math.abs(rest), Math.abs(difference)), rest);
    squares = squares * share + difference * rest;
    products = products * share + rest * lastDeviation;
    lastDeviation = rest;
  }

  /** Samples behind the present level. */
  long count() {
    return count;
  }

  void save(DataOutputStream out) throws IOException {
    out.writeLong(count);
    out.writeDouble(mean);
    out.writeDouble(squares);
    out.writeDouble(products);
    out.writeDouble(lastDeviation);
    out.writeLong(lastMillis);
    up.save(out);
    down.save(out);
  }

  void restore(DataInputStream in) throws IOException {
    count = in.readLong();
    mean = in.readDouble();
    squares = in.readDouble();
    products = in.readDouble();
    lastDeviation = in.readDouble();
    lastMillis = in.readLong();
    up.restore(in);
    down.restore(in);
  }
}
