package io.mcprealtime.pack;

import java.util.Arrays;

/**
 * Writes bits as one number in an ever smaller interval: an adaptive binary range coder. G. N. N.
 * Martin, "Range encoding: an algorithm for removing redundancy from a digitised message", 1979;
 * Rissanen, Langdon, "Arithmetic coding", IBM Journal 23(2), 1979; Witten, Neal, Cleary,
 * "Arithmetic coding for data compression", CACM 30(6), 1987. A carry goes back into the bytes that
 * are written.
 */
final class RangeEncoder extends BitCoder {
  static final int WIDTH = 48;
  static final long TOP = 1L << WIDTH;
  static final long BOTTOM = 1L << (WIDTH - 8);

  /** So many plain bits leave an interval wide enough for a probability. */
  static final int PLAIN_STEP = 20;

  private byte[] bytes = new byte[512];
  private int size;
  private long low;
  private long range = TOP - 1;

  @Override
  int bit(int[] model, int slot, int bit) {
    int state = model[slot];
    code(probability(state), bit);
    model[slot] = adapted(state, bit);
    return bit;
  }

  @Override
  int bit(int probability, int bit) {
    code(probability, bit);
    return bit;
  }

  private void code(int probability, int bit) {
    long ones = (range >>> 16) * probability;
    if (bit != 0) {
      range = ones;
    } else {
      low += ones;
      range -= ones;
    }
    normalize();
  }

  @Override
  long plain(long value, int bits) {
    for (int left = bits; left > 0; ) {
      int step = Math.min(left, PLAIN_STEP);
      left -= step;
      range >>>= step;
      low += (value >>> left & ((1L << step) - 1)) * range;
      normalize();
    }
    return bits == 0 ? 0 : value & (-1L >>> (64 - bits));
  }

  @Override
  int even(int value, int bound) {
    range /= bound;
    low += value * range;
    normalize();
    return value;
  }

  private void normalize() {
    if (low >= TOP) {
      carry();
    }
    while (range < BOTTOM) {
      put((int) (low >>> (WIDTH - 8)));
      low = low << 8 & (TOP - 1);
      range <<= 8;
    }
  }

  private void carry() {
    low -= TOP;
    int i = size - 1;
    while (++bytes[i] == 0) {
      i--;
    }
  }

  private void put(int value) {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, size * 2);
    }
    bytes[size++] = (byte) value;
  }

  @Override
  boolean isDecoding() {
    return false;
  }

  /** How many bits are written, roughly up to one. */
  double bits() {
    return 8.0 * size + WIDTH - Math.log((double) range) / Math.log(2);
  }

  /** Ends the number with as few bytes as tell it; a decoder reads zeros after them. */
  byte[] finish() {
    for (int zeros = WIDTH; zeros >= 0; zeros -= 8) {
      long unit = 1L << zeros;
      long end = (low + unit - 1) & -unit;
      if (end < low + range) {
        low = end;
        range = 1;
        if (low >= TOP) {
          carry();
        }
        for (int i = zeros; i < WIDTH; i += 8) {
          put((int) (low >>> (WIDTH - 8)));
          low = low << 8 & (TOP - 1);
        }
        break;
      }
    }
    while (size > 0 && bytes[size - 1] == 0) {
      size--;
    }
    return Arrays.copyOf(bytes, size);
  }
}
