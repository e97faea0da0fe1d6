package io.mcprealtime.pack;

/** Reads what a {@link RangeEncoder} wrote. */
final class RangeDecoder extends BitCoder {
  private final byte[] bytes;
  private int next;
  private long code;
  private long range = RangeEncoder.TOP - 1;

  RangeDecoder(byte[] bytes, int from) {
    this.bytes = bytes;
    this.next = from;
    for (int i = 0; i < RangeEncoder.WIDTH; i += 8) {
      code = code << 8 | read();
    }
  }

  @Override
  int bit(int[] model, int slot, int bit) {
    int state = model[slot];
    int found = decode(probability(state));
    model[slot] = adapted(state, found);
    return found;
  }

  @Override
  int bit(int probability, int bit) {
    return decode(probability);
  }

  private int decode(int probability) {
    long ones = (range >>> 16) * probability;
    int found;
    if (code < ones) {
      range = ones;
      found = 1;
    } else {
      code -= ones;
      range -= ones;
      found = 0;
    }
    normalize();
    return found;
  }

  @Override
  long plain(long value, int bits) {
    long found = 0;
    for (int left = bits; left > 0; ) {
      int step = Math.min(left, RangeEncoder.PLAIN_STEP);
      left -= step;
      range >>>= step;
      long part = code / range;
      if (part >>> step != 0) {
        throw new DamagedChunkException("the chunk holds a number that no encoder writes");
      }
      code -= part * range;
      found = found << step | part;
      normalize();
    }
    return found;
  }

  @Override
  int even(int value, int bound) {
    range /= bound;
    long found = code / range;
    if (found >= bound) {
      throw new DamagedChunkException("the chunk holds a number that no encoder writes");
    }
    code -= found * range;
    normalize();
    return (int) found;
  }

  private void normalize() {
    while (range < RangeEncoder.BOTTOM) {
      code = code << 8 | read();
      range <<= 8;
    }
  }

  /** The encoder leaves zeros at the end out; more than it can have left out is damage. */
  private int read() {
    if (next < bytes.length) {
      return bytes[next++] & 0xFF;
    }
    next++;
    if (next > bytes.length + RangeEncoder.WIDTH / 8) {
      zerosRead++;
    }
    if (zerosRead > MAX_ZEROS) {
      throw new DamagedChunkException("the chunk ends before its records do");
    }
    return 0;
  }

  /** A run of zeros that the encoder cut off its end may be long by chance, but not that long. */
  private static final int MAX_ZEROS = 16;

  private int zerosRead;

  @Override
  boolean isDecoding() {
    return true;
  }
}
