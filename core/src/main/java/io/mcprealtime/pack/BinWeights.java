package io.mcprealtime.pack;

import java.util.Arrays;

/**
 * How likely a response time is to fall into each bin of a sketch: a normal distribution over the
 * whole chunk's bins to begin with, then where the times of the sketches before fell, smoothed,
 * those longer ago counting less. Only operations whose results are the same on every machine.
 */
final class BinWeights {
  /** Bins from this one on have a weight: from a nanosecond to a day. */
  static final int LOWEST = -512;

  static final int SPAN = 2_048;

  /** Weights in response times. */
  private static final double PRIOR = 12;

  private static final double ANYWHERE = 0.3;
  private static final double FADING = 0.93;
  private static final double SMOOTHING = 0.9;

  private final double[] base = new double[SPAN];
  private final double[] seen = new double[SPAN];
  private final int reach;

  /** The weight of a bin and all above it. */
  final double[] tail = new double[SPAN + 1];

  BinWeights(int mean, int deviation) {
    Arrays.fill(base, ANYWHERE / SPAN);
    reach = 1 + (int) (deviation * SMOOTHING);
    double all = 0;
    var bell = new double[SPAN];
    for (int bin = 0; bin < SPAN; bin++) {
      double distance = (bin + LOWEST - mean) / (double) deviation;
      bell[bin] = StrictMath.exp(-distance * distance / 2);
      all += bell[bin];
    }
    for (int bin = 0; bin < SPAN && all > 0; bin++) {
      base[bin] += PRIOR * bell[bin] / all;
    }
    sum();
  }

  /** Takes the bins of a sketch in. */
  void learn(int[] bins, long[] counts, int size) {
    for (int bin = 0; bin < SPAN; bin++) {
      seen[bin] *= FADING;
    }
    for (int i = 0; i < size; i++) {
      int middle = bins[i] - LOWEST;
      double unit = counts[i] / ((double) reach * reach);
      int end = Math.min(SPAN - 1, middle + reach - 1);
      for (int bin = Math.max(0, middle - reach + 1); bin <= end; bin++) {
        seen[bin] += unit * (reach - Math.abs(bin - middle));
      }
    }
    sum();
  }

  private void sum() {
    for (int bin = SPAN - 1; bin >= 0; bin--) {
      tail[bin] = tail[bin + 1] + base[bin] + seen[bin];
    }
  }
}
