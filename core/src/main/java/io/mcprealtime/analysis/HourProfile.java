package io.mcprealtime.analysis;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/**
 * What a series usually is at each hour of the day (UTC): the mean over the days of the mean over
 * the hour, in which the last two weeks weigh most. The hour that runs is not part of it.
 */
final class HourProfile {
  private static final int HOURS = 24;
  private static final long SECONDS = 3600;

  /** Days after which a new one weighs as much as it ever does. */
  private static final int DAYS = 14;

  private static final long NONE = Long.MIN_VALUE;

  private final double[] means = new double[HOURS];
  private final byte[] days = new byte[HOURS];
  private long hour = NONE;
  private double mean;
  private int count;

  HourProfile() {
    Arrays.fill(means, Double.NaN);
  }

  /** Goes to the hour of that instant; what is usual at it, or NaN when no day showed it. */
  double enter(Instant at) {
    long entered = Math.floorDiv(at.getEpochSecond(), SECONDS);
    if (hour != NONE && entered < hour - HOURS) {
      // The hour that runs is of a time that was wrong, which is to teach nothing.
      forget();
      hour = entered;
    } else if (hour == NONE || entered > hour) {
      // One that is late by less does not bring an hour back that is over.
      leave();
      hour = entered;
    }
    return means[ofDay(entered)];
  }

  /** Learns a value of the hour that was entered. */
  void learn(double value) {
    count++;
    mean += (value - mean) / count;
  }

  private void leave() {
    if (count > 0) {
      int i = ofDay(hour);
      days[i] = (byte) Math.min(days[i] + 1, DAYS);
      means[i] = days[i] == 1 ? mean : means[i] + (mean - means[i]) / days[i];
    }
    forget();
  }

  private void forget() {
    mean = 0;
    count = 0;
  }

  private static int ofDay(long hour) {
    return Math.floorMod(hour, HOURS);
  }

  void write(ByteBuffer out) {
    out.putLong(hour).putDouble(mean).putInt(count).put(days);
    for (double one : means) {
      out.putDouble(one);
    }
  }

  void read(ByteBuffer in) {
    hour = in.getLong();
    mean = in.getDouble();
    count = in.getInt();
    in.get(days);
    for (int i = 0; i < HOURS; i++) {
      means[i] = in.getDouble();
    }
  }
}
