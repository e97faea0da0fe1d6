package io.mcprealtime.pack;

import io.mcprealtime.LatencySketch;
import java.util.Arrays;

/**
 * The model of latency sketches: how many response times, then the bins from the lowest up, each as
 * its distance from the one below it and its count, in the context of how many are left.
 */
final class SketchModel {
  private static final int POSITIONS = 16;

  private final int[] foreign = new int[1];
  private final Numbers totals = new Numbers(1);
  private final Numbers zeros = new Numbers(1);
  private final Numbers firsts = new Numbers(1);
  private final Numbers gaps = new Numbers(POSITIONS);
  private final Numbers counts = new Numbers(POSITIONS);
  private int level;
  private boolean started;

  /** The bins of the sketch coded last. */
  int[] bins = new int[LatencySketch.MAX_BINS];

  long[] binCounts = new long[LatencySketch.MAX_BINS];
  int size;
  long total;
  long zero;

  LatencySketch code(BitCoder coder, LatencySketch sketch, long expectedTotal) {
    boolean plain = coder.isDecoding() || take(sketch);
    if (coder.bit(foreign, 0, plain ? 0 : 1) == 1) {
      size = 0;
      total = 0;
      zero = 0;
      return codeForeign(coder, sketch);
    }
    total = expectedTotal + totals.code(coder, 0, total - expectedTotal);
    zero = zeros.code(coder, 0, zero);
    codeBins(coder);
    return coder.isDecoding() ? build() : sketch;
  }

  /** Takes the sketch apart, and tells whether the parts are all of it. */
  private boolean take(LatencySketch sketch) {
    size = 0;
    total = 0;
    var whole = new boolean[] {true};
    sketch.forEachBin(
        (bin, count) -> {
          if (count != (long) count || count < 1 || count > 1L << 50 || size == bins.length) {
            whole[0] = false;
          } else {
            bins[size] = bin;
            binCounts[size++] = (long) count;
            total += (long) count;
          }
        });
    double zeroCount = sketch.zeroCount();
    zero = (long) zeroCount;
    return whole[0] && zero == zeroCount && zero >= 0 && build().equals(sketch);
  }

  private LatencySketch build() {
    var builder = LatencySketch.builder();
    for (int i = size - 1; i >= 0; i--) {
      builder.addToBin(bins[i], binCounts[i]);
    }
    if (zero > 0) {
      builder.addZeros(zero);
    }
    return builder.build();
  }

  private void codeBins(BitCoder coder) {
    long left = total;
    int bin = 0;
    int i = 0;
    while (left > 0) {
      if (i == bins.length) {
        throw new DamagedChunkException(
            "a latency sketch has at most %d bins".formatted(LatencySketch.MAX_BINS));
      }
      int position = (int) ((double) left / total * (POSITIONS - 1));
      if (i == 0) {
        int expected = started ? level >> 8 : 0;
        bin = expected + (int) firsts.code(coder, 0, (long) bins[0] - expected);
        level = started ? level + ((bin << 8) - level >> 2) : bin << 8;
        started = true;
      } else {
        bin += 1 + (int) gaps.code(coder, position, (long) bins[i] - bins[i - 1] - 1);
      }
      bins[i] = bin;
      binCounts[i] = 1 + counts.code(coder, position, binCounts[i] - 1);
      if (binCounts[i] < 1 || binCounts[i] > left) {
        throw new DamagedChunkException("a bin of a latency sketch holds more than there is");
      }
      left -= binCounts[i++];
    }
    size = i;
  }

  private LatencySketch codeForeign(BitCoder coder, LatencySketch sketch) {
    byte[] bytes = coder.isDecoding() ? new byte[0] : sketch.encode();
    int length = (int) coder.plain(bytes.length, 20);
    bytes = Arrays.copyOf(bytes, length);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) coder.plain(bytes[i], 8);
    }
    return coder.isDecoding() ? LatencySketch.decode(bytes) : sketch;
  }
}
