package io.mcprealtime.pack;

import java.util.Arrays;

/**
 * What a column's misses would cost, from how often each kind of them occurs: the entropy of what
 * {@link Numbers} models, the bits that it does not, and what learning a slot costs.
 */
final class CostEstimate {
  private static final int CLASSES = 64;
  private static final int SHAPES = 4;

  /** Bits that a kind which occurs at all costs before its share is known. */
  private static final double LEARNING = 3.5;

  private final int[] lengths = new int[Column.CONTEXTS * CLASSES];
  private final int[] withContext = new int[Column.CONTEXTS * CLASSES];
  private final int[] shapes = new int[2 * CLASSES * SHAPES];
  private long plainBits;
  private int context;

  void clear() {
    Arrays.fill(lengths, 0);
    Arrays.fill(withContext, 0);
    Arrays.fill(shapes, 0);
    plainBits = 0;
    context = 0;
  }

  void add(long miss) {
    long size = miss < 0 ? ~miss : miss;
    int length = Numbers.length(miss);
    lengths[length]++;
    withContext[context * CLASSES + length]++;
    int shape = 0;
    if (length > 3) {
      shape = (int) (size >>> (length - 3)) & (SHAPES - 1);
      plainBits += length - 3;
    } else if (length > 1) {
      shape = (int) size & ((1 << (length - 1)) - 1);
    }
    shapes[(2 * length + (miss < 0 ? 1 : 0)) * SHAPES + shape]++;
    context = Math.min(length, Column.CONTEXTS - 1);
  }

  double bitsWithoutContext() {
    return entropy(lengths, CLASSES, CLASSES) + shapeBits();
  }

  double bitsWithContext() {
    return entropy(withContext, withContext.length, CLASSES) + shapeBits();
  }

  private double shapeBits() {
    return plainBits + entropy(shapes, shapes.length, 2 * SHAPES);
  }

  private static double entropy(int[] counts, int end, int group) {
    double bits = 0;
    for (int from = 0; from < end; from += group) {
      int all = 0;
      for (int i = from; i < from + group; i++) {
        int count = counts[i];
        if (count != 0) {
          all += count;
          bits += LEARNING - count * log2(count);
        }
      }
      bits += all == 0 ? 0 : all * log2(all);
    }
    return bits;
  }

  private static double log2(int value) {
    return Math.log(value) * (1 / Math.log(2));
  }
}
