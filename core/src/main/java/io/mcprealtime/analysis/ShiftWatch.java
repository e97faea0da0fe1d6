package io.mcprealtime.analysis;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * Finds lasting changes of response time, by the test of Page and Hinkley (Page, "Continuous
 * inspection schemes", Biometrika 41, 1954) on its logarithm, both ways: deviations beyond a
 * tolerance are summed, and a sum over a bound is a change that began where it last was 0. A
 * deviation is the distance from the level or, from the second day on, from what is usual at the
 * hour, whichever is smaller: what comes every day is no change. The bound follows from the noise
 * and its correlation from sample to sample. What is seen while a sum is high is learnt only when
 * it has gone back: a change does not count as noise. Not thread-safe.
 */
final class ShiftWatch {
  /** A smaller change of response time is none that anyone cares for. */
  private static final double LEAST_CHANGE = Math.log(1.2);

  private static final double LEAST_TOLERANCE = LEAST_CHANGE / 2;
  private static final double TOLERANCE_DEVIATIONS = 0.5;

  /**
   * For normal noise of variance v, a tolerance d and a bound h, e^(2dh/v) is about how many
   * samples lie between false changes (Siegmund, "Sequential Analysis", 1985): a million. In
   * simulations there are more, and fewer where neighbours correlate by more than can be learnt;
   * docs/error-rates-and-shifts.md has the figures.
   */
  private static final double FALSE_EXPONENT = 14;

  /** So many samples beyond the tolerance make a change a lasting one. */
  private static final int LEAST_SAMPLES = 20;

  /** A sample counts for no more than so many deviations and two tolerances: outliers are none. */
  private static final double MOST_DEVIATIONS = 3;

  private static final double MOST_CORRELATION = 0.98;

  /** The share of the bound up to which a sum is what noise makes. */
  private static final double NOISE_SHARE = 0.25;

  private static final int WARM_UP = 50;
  private static final int MOST_LEARNT = 5_760;

  /** What is known of the noise weighs no more than that many samples after a change. */
  private static final double MOST_KEPT = 500;

  /** What an {@link HourProfile} writes. */
  private static final int HOURS_BYTES = 2 * Long.BYTES + Integer.BYTES + 24 + 24 * Double.BYTES;

  /** So long it takes until what is usual at the hours is that of a new level. */
  private static final int DAYS_TO_SETTLE = 14;

  private static final int HOURS_OF_DAY = 24;
  private static final long HOUR_MILLIS = 3_600_000;

  private double count;
  private double mean;

  /** The mean of the values less what is usual at their hours. */
  private double hourMean;

  private double hourCount;
  private long changedMillis;

  private double known;
  private double squares;
  private double products;
  private double lastDeviation;
  private long lastMillis;
  private final HourProfile hours = new HourProfile();
  private final Held held = new Held();
  private final Side up = new Side();
  private final Side down = new Side();

  /** What was seen and is not learnt yet. */
  private static final class Held {
    private int count;
    private double deviations;
    private double hourDeviations;
    private double squares;
    private double products;

    private void clear() {
      count = 0;
      deviations = 0;
      hourDeviations = 0;
      squares = 0;
      products = 0;
    }

    private void save(DataOutputStream out) throws IOException {
      out.writeInt(count);
      out.writeDouble(deviations);
      out.writeDouble(hourDeviations);
      out.writeDouble(squares);
      out.writeDouble(products);
    }

    private void restore(DataInputStream in) throws IOException {
      count = in.readInt();
      deviations = in.readDouble();
      hourDeviations = in.readDouble();
      squares = in.readDouble();
      products = in.readDouble();
    }
  }

  /** The sum of deviations in one direction, and the samples since it is more than noise makes. */
  private static final class Side {
    private double sum;
    private int samples;
    private int beyond;
    private double total;
    private double hourTotal;
    private long sinceMillis;

    private void add(double excess, double noise, double value, double hourly, long before) {
      if (sum == 0) {
        sinceMillis = before;
        beyond = 0;
      }
      sum = Math.max(0, sum + excess);
      beyond += excess > 0 ? 1 : 0;
      // The first samples may be of the level before.
      if (sum <= noise) {
        samples = 0;
        total = 0;
        hourTotal = 0;
        return;
      }
      samples++;
      total += value;
      hourTotal += hourly;
    }

    private boolean isOver(double bound) {
      return sum > bound && beyond >= LEAST_SAMPLES && 2 * samples >= LEAST_SAMPLES;
    }

    private void save(DataOutputStream out) throws IOException {
      out.writeDouble(sum);
      out.writeInt(samples);
      out.writeInt(beyond);
      out.writeDouble(total);
      out.writeDouble(hourTotal);
      out.writeLong(sinceMillis);
    }

    private void restore(DataInputStream in) throws IOException {
      sum = in.readDouble();
      samples = in.readInt();
      beyond = in.readInt();
      total = in.readDouble();
      hourTotal = in.readDouble();
      sinceMillis = in.readLong();
    }
  }

  /** Judges a response time, then learns it. */
  Optional<Shift> next(Instant at, double millis) {
    double value = Metric.RESPONSE_TIME.scaled(millis);
    long before = lastMillis == 0 ? at.toEpochMilli() : lastMillis;
    lastMillis = at.toEpochMilli();
    double usual = hours.enter(at);
    long days = daysSinceChange(lastMillis);
    if (days != daysSinceChange(before) && days > 0 && days <= DAYS_TO_SETTLE) {
      // From here on what is usual at the hours holds a share of the change.
      hourCount = 0;
    }
    if (known < WARM_UP) {
      hours.learn(value);
      hold(value - mean, 0, value - mean);
      learn();
      return Optional.empty();
    }
    double variance = squares / known;
    double noise = noise(variance);
    // A level that few samples have shown is not known any better.
    double tolerance =
        Math.max(
            Math.max(LEAST_TOLERANCE, TOLERANCE_DEVIATIONS * Math.sqrt(variance)),
            Math.sqrt(noise / count));
    double bound = Math.max(FALSE_EXPONENT * noise / (2 * tolerance), LEAST_SAMPLES * tolerance);
    double most = MOST_DEVIATIONS * Math.sqrt(variance) + 2 * tolerance;
    double hourly = Double.isNaN(usual) ? value - mean + hourMean : value - usual;
    double deviation = clip(value - mean, most);
    double hourDeviation = clip(hourly - hourMean, most);
    double smaller = smaller(deviation, hourDeviation);
    hours.learn(mean + deviation);
    hold(deviation, hourDeviation, smaller);
    double low = NOISE_SHARE * bound;
    up.add(smaller - tolerance, low, value, hourly, before);
    down.add(-smaller - tolerance, low, value, hourly, before);
    if (up.isOver(bound)) {
      return changed(at, up);
    }
    if (down.isOver(bound)) {
      return changed(at, down);
    }
    // A new level is known from samples of the change itself, and may be off.
    if (Math.min(count, hourCount) < WARM_UP || Math.max(up.sum, down.sum) <= low) {
      learn();
    }
    return Optional.empty();
  }

  /** In whole hours, as the hours are learnt. */
  private long daysSinceChange(long millis) {
    long hour = Math.floorDiv(millis, HOUR_MILLIS);
    long changed = Math.floorDiv(changedMillis + HOUR_MILLIS / 2, HOUR_MILLIS);
    return Math.floorDiv(hour - changed, HOURS_OF_DAY);
  }

  /** The variance that sums of deviations grow by with each sample. */
  private double noise(double variance) {
    if (variance == 0) {
      return 0;
    }
    double seen = products / known / variance;
    // Few samples show less correlation than there is (Marriott and Pope, Biometrika 41, 1954).
    double correlation = Math.min(MOST_CORRELATION, Math.max(0, seen + (1 + 3 * seen) / known));
    return variance * (1 + correlation) / (1 - correlation);
  }

  private static double clip(double value, double most) {
    return Math.max(-most, Math.min(most, value));
  }

  private static double smaller(double a, double b) {
    if (a * b <= 0) {
      return 0;
    }
    return Math.abs(a) < Math.abs(b) ? a : b;
  }

  private void hold(double deviation, double hourDeviation, double smaller) {
    held.count++;
    held.deviations += deviation;
    held.hourDeviations += hourDeviation;
    held.squares += smaller * smaller;
    held.products += smaller * lastDeviation;
    lastDeviation = smaller;
  }

  private void learn() {
    double excess = known + held.count - MOST_LEARNT;
    double share = excess > 0 ? 1 - excess / known : 1;
    known = Math.min(known + held.count, MOST_LEARNT);
    count = Math.min(count + held.count, MOST_LEARNT);
    mean += held.deviations / count;
    hourCount = Math.min(hourCount + held.count, MOST_LEARNT);
    hourMean += held.hourDeviations / hourCount;
    squares = squares * share + held.squares * (1 - 1 / count);
    products = products * share + held.products * (1 - 1 / count);
    lastDeviation = count == 1 ? 0 : lastDeviation;
    held.clear();
  }

  private Optional<Shift> changed(Instant at, Side side) {
    double after = side.total / side.samples;
    double hourAfter = side.hourTotal / side.samples;
    double change = smaller(after - mean, hourAfter - hourMean);
    var shift =
        new Shift(
            Instant.ofEpochMilli(side.sinceMillis),
            at,
            Metric.RESPONSE_TIME.unscaled(after - change),
            Metric.RESPONSE_TIME.unscaled(after),
            Math.round(count),
            side.samples);
    count = LEAST_SAMPLES;
    hourCount = LEAST_SAMPLES;
    mean = after;
    hourMean = hourAfter;
    double share = Math.min(1, MOST_KEPT / known);
    known *= share;
    squares *= share;
    products *= share;
    lastDeviation = 0;
    held.clear();
    up.sum = 0;
    down.sum = 0;
    if (Math.abs(change) < LEAST_CHANGE) {
      return Optional.empty();
    }
    changedMillis = side.sinceMillis;
    return Optional.of(shift);
  }

  void save(DataOutputStream out) throws IOException {
    out.writeDouble(count);
    out.writeDouble(mean);
    out.writeDouble(hourMean);
    out.writeDouble(hourCount);
    out.writeLong(changedMillis);
    out.writeDouble(known);
    out.writeDouble(squares);
    out.writeDouble(products);
    out.writeDouble(lastDeviation);
    out.writeLong(lastMillis);
    var profile = ByteBuffer.allocate(HOURS_BYTES);
    hours.write(profile);
    out.write(profile.array());
    held.save(out);
    up.save(out);
    down.save(out);
  }

  void restore(DataInputStream in) throws IOException {
    count = in.readDouble();
    mean = in.readDouble();
    hourMean = in.readDouble();
    hourCount = in.readDouble();
    changedMillis = in.readLong();
    known = in.readDouble();
    squares = in.readDouble();
    products = in.readDouble();
    lastDeviation = in.readDouble();
    lastMillis = in.readLong();
    var profile = new byte[HOURS_BYTES];
    in.readFully(profile);
    hours.read(ByteBuffer.wrap(profile));
    held.restore(in);
    up.restore(in);
    down.restore(in);
  }
}
