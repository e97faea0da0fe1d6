package io.mcprealtime.benchmarks;

/** Counts durations in buckets less than 1 % wide; adding one costs next to nothing. */
final class Latencies {
  private static final int PART_BITS = 7;
  private static final int PARTS = 1 << PART_BITS;

  private final long[] counts = new long[(Long.SIZE - PART_BITS + 1) * PARTS];
  private long count;

  void add(long nanos) {
    counts[bucket(Math.max(0, nanos))]++;
    count++;
  }

  void add(Latencies others) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += others.counts[i];
    }
    count += others.count;
  }

  long count() {
    return count;
  }

  /** The duration in microseconds that this share of all does not exceed. */
  double micros(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    int bucket = -1;
    for (long seen = 0; seen < rank; seen += counts[bucket]) {
      bucket++;
    }
    return nanos(bucket) / 1e3;
  }

  private static int bucket(long nanos) {
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - PART_BITS;
    return nanos < PARTS
        ? (int) nanos
        : (shift + 1) * PARTS + ((int) (nanos >>> shift) & (PARTS - 1));
  }

  private static long nanos(int bucket) {
    return bucket < PARTS ? bucket : (long) (PARTS + bucket % PARTS) << (bucket / PARTS - 1);
  }
}
