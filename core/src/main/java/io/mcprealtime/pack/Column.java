package io.mcprealtime.pack;

import org.jspecify.annotations.Nullable;

/**
 * A column of whole numbers, coded as what a predictor left of them. The encoder tries the
 * predictors and writes the number of the one that costs least.
 */
final class Column {
  static final int CONTEXTS = 16;

  /** How much of a miss the level moves by, as a shift; −1 stands for no level at all. */
  private static final int[] TRACKING = {-1, 0, 1, 2, 4, 6};

  private static final int LINEAR = TRACKING.length;
  private static final int PREDICTORS = LINEAR + 1;
  private static final int LEVEL_BITS = 6;

  /** So many numbers tell which predictor is best. */
  private static final int TRIAL = 512;

  private Column() {}

  /** Codes the first {@code count} numbers in place. */
  static void code(BitCoder coder, long[] values, int count) {
    code(coder, values, null, count);
  }

  /**
   * Codes numbers in place, as they are or as what is left over their bases, whichever costs less.
   */
  static void code(BitCoder coder, long[] values, long @Nullable [] bases, int count) {
    var plan = coder.isDecoding() ? new Plan() : plan(values, bases, count);
    if (coder.plain(count == 0 ? 0 : 1, 1) == 0) {
      return;
    }
    boolean relative = coder.plain(plan.relative ? 1 : 0, 1) == 1 && bases != null;
    int kind = (int) coder.plain(plan.kind, 4);
    long unit = new Numbers(1).code(coder, 0, plan.unit);
    if (unit < 1) {
      throw new DamagedChunkException("a column's unit must be positive, is " + unit);
    }
    if (bases == null || !relative) {
      code(coder, kind, unit, values, count);
    } else {
      long[] left = minus(values, bases, count);
      code(coder, kind, unit, left, count);
      for (int i = 0; i < count; i++) {
        values[i] = left[i] + bases[i];
      }
    }
  }

  /** How a column is coded. */
  private static final class Plan {
    private boolean relative;
    private int kind;
    private long unit = 1;
    private double bits = Double.MAX_VALUE;
  }

  private static Plan plan(long[] values, long @Nullable [] bases, int count) {
    var best = plan(values, count);
    if (bases != null) {
      var relative = plan(minus(values, bases, count), count);
      if (relative.bits < best.bits) {
        relative.relative = true;
        return relative;
      }
    }
    return best;
  }

  private static Plan plan(long[] values, int count) {
    var plan = new Plan();
    plan.unit = commonFactor(values, count);
    var cost = new CostEstimate();
    for (int predictor = 0; predictor < PREDICTORS; predictor++) {
      cost.clear();
      estimate(cost, predictor, plan.unit, values, Math.min(count, TRIAL));
      double without = cost.bitsWithoutContext();
      double with = cost.bitsWithContext();
      if (Math.min(without, with) < plan.bits) {
        plan.bits = Math.min(without, with);
        plan.kind = predictor << 1 | (with < without ? 1 : 0);
      }
    }
    return plan;
  }

  private static long[] minus(long[] values, long[] bases, int count) {
    var left = new long[count];
    for (int i = 0; i < count; i++) {
      left[i] = values[i] - bases[i];
    }
    return left;
  }

  /** Memory comes in pages, durations in their unit. */
  private static long commonFactor(long[] values, int count) {
    long factor = 0;
    for (int i = 0; i < count && factor != 1 && factor != -1; i++) {
      long other = values[i];
      while (other != 0) {
        long rest = factor % other;
        factor = other;
        other = rest;
      }
    }
    return factor == 0 || factor == Long.MIN_VALUE ? 1 : Math.abs(factor);
  }

  private static void estimate(
      CostEstimate cost, int predictor, long unit, long[] values, int count) {
    var level = new Level(predictor);
    for (int i = 0; i < count; i++) {
      long value = values[i] / unit;
      cost.add(value - level.predict());
      level.follow(value);
    }
  }

  private static void code(BitCoder coder, int kind, long unit, long[] values, int count) {
    var level = new Level(Math.min(kind >> 1, LINEAR));
    boolean usesContext = (kind & 1) == 1;
    var numbers = new Numbers(usesContext ? CONTEXTS : 1);
    int context = 0;
    for (int i = 0; i < count; i++) {
      long predicted = level.predict();
      long value = values[i] / unit;
      long miss = numbers.code(coder, context, value - predicted);
      value = predicted + miss;
      values[i] = value * unit;
      level.follow(value);
      if (usesContext) {
        context = Math.min(Numbers.length(miss), CONTEXTS - 1);
      }
    }
  }

  /** Predicts the next number; an overflow is the same in both directions, and so does no harm. */
  private static final class Level {
    private final boolean linear;
    private final int tracking;
    private long level;
    private long slope;
    private boolean started;

    private Level(int predictor) {
      linear = predictor == LINEAR;
      tracking = linear ? 0 : TRACKING[predictor];
    }

    private long predict() {
      return (level >> LEVEL_BITS) + slope;
    }

    private void follow(long value) {
      long scaled = value << LEVEL_BITS;
      if (linear) {
        slope = started ? value - (level >> LEVEL_BITS) : 0;
        level = scaled;
      } else if (tracking >= 0) {
        level = started ? level + ((scaled - level) >> tracking) : scaled;
      }
      started = true;
    }
  }
}
