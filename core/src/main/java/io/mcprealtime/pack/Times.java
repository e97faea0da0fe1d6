package io.mcprealtime.pack;

import java.util.Arrays;

/**
 * A column of ascending instants in milliseconds, of which most lie an interval apart. A clock that
 * ticks at the interval predicts them; how far it follows each miss tells a schedule with noise
 * (not at all) from pauses of a random length (all the way).
 */
final class Times {
  private static final int[] FOLLOWING = {0, 1, 2, 4, 63};

  private Times() {}

  static void code(BitCoder coder, long[] times, int count) {
    long interval = 0;
    int following = 0;
    if (!coder.isDecoding() && count > 1) {
      interval = median(times, count);
      double least = Double.MAX_VALUE;
      for (int i = 0; i < FOLLOWING.length; i++) {
        var trial = new RangeEncoder();
        code(trial, interval, FOLLOWING[i], times, Math.min(count, 1_000));
        if (trial.bits() < least) {
          least = trial.bits();
          following = i;
        }
      }
    }
    interval = new Numbers(1).code(coder, 0, interval);
    following = (int) coder.plain(following, 3);
    code(coder, interval, FOLLOWING[Math.min(following, FOLLOWING.length - 1)], times, count);
  }

  private static void code(BitCoder coder, long interval, int following, long[] times, int count) {
    var numbers = new Numbers(2);
    times[0] = coder.plain(times[0], Long.SIZE);
    long expected = times[0];
    int context = 0;
    for (int i = 1; i < count; i++) {
      expected += interval;
      long miss = numbers.code(coder, context, times[i] - expected);
      times[i] = expected + miss;
      boolean far = miss > interval >> 1 || miss < -(interval >> 1);
      expected = far ? times[i] : expected + (miss >> following);
      context = far ? 1 : 0;
    }
  }

  private static long median(long[] times, int count) {
    var gaps = new long[count - 1];
    for (int i = 1; i < count; i++) {
      gaps[i - 1] = times[i] - times[i - 1];
    }
    Arrays.sort(gaps);
    return gaps[gaps.length / 2];
  }
}
