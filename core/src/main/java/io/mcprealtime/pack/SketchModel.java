package io.mcprealtime.pack;

import io.mcprealtime.LatencySketch;
import java.util.Arrays;
import java.util.List;

/**
 * The model of latency sketches: how many response times there are, then which bins they are in,
 * from the lowest up. Where the next one lies follows from the bins' weights: none of n lies in a
 * part of the bins with the n-th power of the share that is above it.
 */
final class SketchModel {
  private static final int BLOCK = 32;
  private static final int EXPECTATIONS = 12;
  private static final long MAX_COUNT = 1L << 50;
  private static final int MAX_DEVIATION = 255;

  private final int[] foreign = new int[1];
  private final Numbers totals = new Numbers(1);
  private final Numbers zeros = new Numbers(1);
  private final Numbers counts = new Numbers(EXPECTATIONS);
  private final BinWeights weights;

  /** The bins of the sketch coded last. */
  final int[] bins = new int[LatencySketch.MAX_BINS];

  final long[] binCounts = new long[LatencySketch.MAX_BINS];
  int size;
  long total;
  private long zero;
  private boolean whole;

  /** A model for sketches that are given when they are about to be encoded. */
  SketchModel(BitCoder coder, List<LatencySketch> sketches) {
    int mean = 0;
    int deviation = 1;
    if (!coder.isDecoding()) {
      var sums = new double[3];
      for (var sketch : sketches) {
        sketch.forEachBin(
            (bin, count) -> {
              sums[0] += count;
              sums[1] += count * bin;
              sums[2] += count * bin * bin;
            });
      }
      if (sums[0] > 0) {
        double centre = sums[1] / sums[0];
        double variance = Math.max(0, sums[2] / sums[0] - centre * centre);
        mean = (int) clamped(centre, BinWeights.LOWEST, BinWeights.LOWEST + BinWeights.SPAN - 1);
        deviation = (int) clamped(Math.sqrt(variance), 1, MAX_DEVIATION);
      }
    }
    mean = coder.even(mean - BinWeights.LOWEST, BinWeights.SPAN) + BinWeights.LOWEST;
    deviation = 1 + coder.even(deviation - 1, MAX_DEVIATION);
    weights = new BinWeights(mean, deviation);
  }

  private static double clamped(double value, double low, double high) {
    return Math.min(Math.max(Math.rint(value), low), high);
  }

  LatencySketch code(BitCoder coder, LatencySketch sketch, long expectedTotal) {
    boolean plain = coder.isDecoding() || take(sketch);
    if (coder.bit(foreign, 0, plain ? 0 : 1) == 1) {
      size = 0;
      total = 0;
      return codeForeign(coder, sketch);
    }
    total = expectedTotal + totals.code(coder, 0, total - expectedTotal);
    zero = zeros.code(coder, 0, zero);
    codeBins(coder);
    weights.learn(bins, binCounts, size);
    return coder.isDecoding() ? build() : sketch;
  }

  /** Takes the sketch apart, and tells whether the parts are all of it. */
  private boolean take(LatencySketch sketch) {
    size = 0;
    total = 0;
    whole = true;
    sketch.forEachBin(this::takeBin);
    double zeroCount = sketch.zeroCount();
    zero = (long) zeroCount;
    return whole && zero == zeroCount && zero >= 0 && build().equals(sketch);
  }

  private void takeBin(int bin, double count) {
    boolean usual =
        count == Math.rint(count)
            && count >= 1
            && count <= MAX_COUNT
            && size < bins.length
            && bin >= BinWeights.LOWEST
            && bin < BinWeights.LOWEST + BinWeights.SPAN;
    if (usual) {
      bins[size] = bin;
      binCounts[size++] = (long) count;
      total += (long) count;
    } else {
      whole = false;
    }
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
    double[] tail = weights.tail;
    long left = total;
    int bin = 0;
    int i = 0;
    while (left > 0) {
      if (bin == BinWeights.SPAN || i == bins.length) {
        throw new DamagedChunkException("a latency sketch holds more than its bins do");
      }
      int end = (bin | BLOCK - 1) + 1;
      int wanted = coder.isDecoding() ? 0 : bins[i] - BinWeights.LOWEST;
      double inBlock = 1 - power(tail[end] / tail[bin], left);
      if (end < BinWeights.SPAN && coder.bit(chance(inBlock), wanted < end ? 1 : 0) == 0) {
        bin = end;
        continue;
      }
      while (bin < end - 1) {
        double here = 1 - power(tail[bin + 1] / tail[bin], left);
        inBlock = 1 - power(tail[end] / tail[bin], left);
        if (coder.bit(chance(here / inBlock), wanted == bin ? 1 : 0) == 1) {
          break;
        }
        bin++;
      }
      bins[i] = bin + BinWeights.LOWEST;
      if (left > 1) {
        double expected = left * (1 - tail[bin + 1] / tail[bin]);
        int context =
            Math.min(Math.max(Math.getExponent(expected) + EXPECTATIONS - 4, 0), EXPECTATIONS - 1);
        binCounts[i] = 1 + counts.code(coder, context, binCounts[i] - 1);
      } else {
        binCounts[i] = 1;
      }
      if (binCounts[i] < 1 || binCounts[i] > left) {
        throw new DamagedChunkException("a bin of a latency sketch holds more than there is");
      }
      left -= binCounts[i++];
      bin++;
    }
    size = i;
  }

  private static int chance(double probability) {
    return (int) clamped(probability * 65_536, 16, 65_520);
  }

  /** The same on every machine, where {@link Math#pow} may differ in the last bit. */
  private static double power(double base, long exponent) {
    double result = 1;
    double square = base;
    for (long rest = exponent; rest != 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  private static LatencySketch codeForeign(BitCoder coder, LatencySketch sketch) {
    byte[] bytes = coder.isDecoding() ? new byte[0] : sketch.encode();
    int length = (int) coder.plain(bytes.length, 20);
    bytes = Arrays.copyOf(bytes, length);
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) coder.plain(bytes[i], 8);
    }
    return coder.isDecoding() ? LatencySketch.decode(bytes) : sketch;
  }
}
