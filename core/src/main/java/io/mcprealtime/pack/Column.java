package io.mcprealtime.pack;

/**
 * A column of whole numbers, coded as what a predictor left of them. The encoder tries the
 * predictors and writes the number of the one that costs least.
 */
final class Column {
  /** How much of a miss the level moves by, as a shift; −1 stands for no level at all. */
  private static final int[] TRACKING = {-1, 0, 1, 2, 4, 6};

  private static final int LINEAR = TRACKING.length;
  private static final int PREDICTORS = LINEAR + 1;
  private static final int LEVEL_BITS = 6;
  private static final int CONTEXTS = 16;

  /** So many numbers tell which predictor is best. */
  private static final int TRIAL = 768;

  private Column() {}

  /** Codes the first {@code count} numbers in place. */
  static void code(BitCoder coder, long[] values, int count) {
    int kind = 0;
    long unit = 1;
    if (!coder.isDecoding()) {
      unit = commonFactor(values, count);
      kind = cheapest(values, count, unit);
    }
    unit = new Numbers(1).code(coder, 0, unit);
    if (unit < 1) {
      throw new DamagedChunkException("a column's unit must be positive, is " + unit);
    }
    kind = (int) coder.plain(kind, 4);
    code(coder, kind, unit, values, count);
  }

  /** Codes numbers as they are or as what is left over their bases, whichever costs less. */
  static void code(BitCoder coder, long[] values, long[] bases, int count) {
    int relative = 0;
    if (!coder.isDecoding()) {
      int tried = Math.min(count, TRIAL);
      var plain = new RangeEncoder();
      code(plain, values.clone(), tried);
      var left = new RangeEncoder();
      code(left, minus(values, bases, tried), tried);
      relative = left.bits() < plain.bits() ? 1 : 0;
    }
    if (coder.plain(relative, 1) == 0) {
      code(coder, values, count);
      return;
    }
    long[] left = minus(values, bases, count);
    code(coder, left, count);
    for (int i = 0; i < count; i++) {
      values[i] = left[i] + bases[i];
    }
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
    for (int i = 0; i < count && factor != 1; i++) {
      long other = values[i];
      while (other != 0) {
        long rest = factor % other;
        factor = other;
        other = rest;
      }
    }
    return factor == 0 || factor == Long.MIN_VALUE ? 1 : Math.abs(factor);
  }

  private static int cheapest(long[] values, int count, long unit) {
    int best = 0;
    double least = Double.MAX_VALUE;
    int tried = Math.min(count, TRIAL);
    for (int kind = 0; kind < 2 * PREDICTORS; kind++) {
      var trial = new RangeEncoder();
      code(trial, kind, unit, values, tried);
      if (trial.bits() < least) {
        least = trial.bits();
        best = kind;
      }
    }
    return best;
  }

  private static void code(BitCoder coder, int kind, long unit, long[] values, int count) {
    int predictor = Math.min(kind >> 1, PREDICTORS - 1);
    boolean usesContext = (kind & 1) == 1;
    int tracking = predictor == LINEAR ? 0 : TRACKING[predictor];
    var numbers = new Numbers(usesContext ? CONTEXTS : 1);
    long level = 0;
    long slope = 0;
    int context = 0;
    for (int i = 0; i < count; i++) {
      long predicted = (level >> LEVEL_BITS) + slope;
      long value = values[i] / unit;
      long miss = numbers.code(coder, context, value - predicted);
      value = predicted + miss;
      values[i] = value * unit;
      if (predictor == LINEAR) {
        slope = i == 0 ? 0 : value - (level >> LEVEL_BITS);
        level = value << LEVEL_BITS;
      } else if (tracking >= 0) {
        level = i == 0 ? value << LEVEL_BITS : level + ((value << LEVEL_BITS) - level >> tracking);
      }
      if (usesContext) {
        context = Math.min(Numbers.length(miss), CONTEXTS - 1);
      }
    }
  }
}
