package io.mcprealtime;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.DDSketches;
import com.datadoghq.sketch.ddsketch.encoding.ByteArrayInput;
import com.datadoghq.sketch.ddsketch.encoding.GrowingByteArrayOutput;
import com.datadoghq.sketch.ddsketch.store.CollapsingLowestDenseStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A mergeable summary of response times, whose quantiles are within 1 % of the true value.
 * DDSketch: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees", VLDB 2019. Immutable: adding and merging go through {@link Builder}.
 */
public final class LatencySketch {
  private static final double RELATIVE_ACCURACY = 0.01;
  private static final double LOG_GAMMA =
      StrictMath.log((1 + RELATIVE_ACCURACY) / (1 - RELATIVE_ACCURACY));

  /** Bins that a sketch has at most; beyond them the lowest ones become one. */
  public static final int MAX_BINS = 1024;

  private final DDSketch sketch;

  private LatencySketch(DDSketch sketch) {
    this.sketch = sketch;
  }

  /** How many response times went in. */
  public long count() {
    return Math.round(sketch.getCount());
  }

  /**
   * The response time that this share of all is at or under.
   *
   * @param quantile 0 to 1
   * @return absent when nothing went in
   */
  public Optional<Duration> quantile(double quantile) {
    if (sketch.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos(Math.round(sketch.getValueAtQuantile(quantile) * 1_000)));
  }

  /**
   * Shows every bin that is not empty, from the lowest up.
   *
   * @see #lowerBoundMicros
   */
  public void forEachBin(BinVisitor visitor) {
    var bins = sketch.getPositiveValueStore().getAscendingIterator();
    while (bins.hasNext()) {
      var bin = bins.next();
      if (bin.getCount() != 0) {
        visitor.visit(bin.getIndex(), bin.getCount());
      }
    }
  }

  /** How many response times were too short for a bin: 0, in practice. */
  public double zeroCount() {
    return sketch.getCount()
        - sketch.getPositiveValueStore().getTotalCount()
        - sketch.getNegativeValueStore().getTotalCount();
  }

  /**
   * The shortest response time of a bin in microseconds; the bin ends where the next one begins.
   * The same on every machine, and so maybe not to the last bit what the sketch itself goes by.
   */
  public static double lowerBoundMicros(int bin) {
    return StrictMath.exp(bin * LOG_GAMMA);
  }

  /** Sees a sketch's bins. */
  @FunctionalInterface
  public interface BinVisitor {
    /**
     * One bin.
     *
     * @param bin its number, which may be negative
     * @param count how many response times are in it
     */
    void visit(int bin, double count);
  }

  /** The sketch as bytes, in DDSketch's own encoding. */
  public byte[] encode() {
    var output = GrowingByteArrayOutput.withDefaultInitialCapacity();
    try {
      sketch.encode(output, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return output.trimmedCopy();
  }

  /**
   * The sketch of those bytes.
   *
   * @throws McpRealtimeException when they are none
   */
  public static LatencySketch decode(byte[] bytes) {
    try {
      return new LatencySketch(
          DDSketch.decode(
              ByteArrayInput.wrap(bytes), () -> new CollapsingLowestDenseStore(MAX_BINS)));
    } catch (IOException | RuntimeException e) {
      throw new McpRealtimeException(
          "a latency sketch of %d bytes cannot be decoded: %s"
              .formatted(bytes.length, e.getMessage()),
          e);
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LatencySketch that && Arrays.equals(encode(), that.encode());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encode());
  }

  @Override
  public String toString() {
    return "LatencySketch[count=%d, p50=%s]".formatted(count(), quantile(0.5).orElse(null));
  }

  /** Collects response times and other sketches; not thread-safe. */
  public static final class Builder {
    private final DDSketch sketch =
        DDSketches.logarithmicCollapsingLowestDense(RELATIVE_ACCURACY, MAX_BINS);

    private Builder() {}

    public Builder add(Duration responseTime) {
      sketch.accept(responseTime.toNanos() / 1_000.0);
      return this;
    }

    public Builder merge(LatencySketch other) {
      sketch.mergeWith(other.sketch);
      return this;
    }

    /** Adds so many response times of a bin. */
    public Builder addToBin(int bin, long count) {
      sketch.getPositiveValueStore().add(bin, count);
      return this;
    }

    /** Adds so many response times that are too short for a bin. */
    public Builder addZeros(long count) {
      sketch.accept(0, (double) count);
      return this;
    }

    public LatencySketch build() {
      return new LatencySketch(sketch.copy());
    }
  }
}
