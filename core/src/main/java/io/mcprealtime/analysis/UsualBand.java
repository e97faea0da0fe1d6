package io.mcprealtime.analysis;

import io.mcprealtime.analysis.BandDetector.Side;
import java.nio.ByteBuffer;

/**
 * The band in which all but the most extreme values of a stream lay. Only the tails are kept: the
 * greatest and the smallest values, sorted, are all that a quantile near 0 or 1 depends on, and
 * they give it exactly. Every so often each second one of them is dropped and the count is halved,
 * which leaves the quantiles where they are and lets the past fade.
 */
final class UsualBand {
  /** Share of the values that lie beyond each end. */
  private static final double BEYOND = 0.002;

  /** Values before the band is used. */
  static final int WARM_UP = 50;

  /** Count that is halved. */
  private static final int FULL = 10_000;

  /** Half as many again as {@link #BEYOND} of {@link #FULL}: thinned tails still reach the rank. */
  private static final int KEPT = 30;

  /** A normal distribution has six deviations between the ends. */
  private static final double DEVIATIONS = 6;

  /** Excess where nothing had ever varied and no ratio can be given. */
  private static final double MOST = 20;

  /** Greatest first. */
  private final double[] highs = new double[KEPT];

  /** The negated values, so that the smallest come first too. */
  private final double[] lows = new double[KEPT];

  private int kept;
  private int count;

  boolean isUsable() {
    return count >= WARM_UP;
  }

  double low() {
    return -lows[rank()];
  }

  double high() {
    return highs[rank()];
  }

  /** The band's width, in the deviations of a normal distribution that has this band. */
  double deviation() {
    return (high() - low()) / DEVIATIONS;
  }

  /**
   * How far outside a value lies, in deviations; 0 inside and while the band is not usable.
   *
   * @param noise a distance that does not count
   * @param leastDeviation what a narrower band is taken to have
   * @param side which way counts
   */
  double excess(double value, double noise, double leastDeviation, Side side) {
    if (!isUsable()) {
      return 0;
    }
    double above = value - high();
    double distance = side == Side.UP ? above : Math.max(low() - value, above);
    if (!(distance > noise)) {
      return 0;
    }
    double deviation = Math.max(deviation(), leastDeviation);
    return deviation > 0 ? Math.min(MOST, distance / deviation) : MOST;
  }

  /** Learns a value; NaN is none. */
  void learn(double value) {
    if (Double.isNaN(value)) {
      return;
    }
    if (count == FULL) {
      thin();
    }
    insert(highs, value);
    insert(lows, -value);
    kept = Math.min(kept + 1, KEPT);
    count++;
  }

  private int rank() {
    return (int) (BEYOND * (count - 1));
  }

  private void insert(double[] tail, double value) {
    int i = Math.min(kept, KEPT - 1);
    if (kept == KEPT && tail[i] >= value) {
      return;
    }
    for (; i > 0 && tail[i - 1] < value; i--) {
      tail[i] = tail[i - 1];
    }
    tail[i] = value;
  }

  private void thin() {
    kept /= 2;
    count /= 2;
    for (int i = 0; i < kept; i++) {
      highs[i] = highs[2 * i + 1];
      lows[i] = lows[2 * i + 1];
    }
  }

  void write(ByteBuffer out) {
    out.putInt(count).putInt(kept);
    for (int i = 0; i < kept; i++) {
      out.putDouble(highs[i]).putDouble(lows[i]);
    }
  }

  void read(ByteBuffer in) {
    count = in.getInt();
    kept = in.getInt();
    for (int i = 0; i < kept; i++) {
      highs[i] = in.getDouble();
      lows[i] = in.getDouble();
    }
  }
}
