package io.mcprealtime.cache;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.wire.WireJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;

/**
 * The bytes of a cached value in a cache that processes share: JSON that says until when it counts,
 * {@code {"x":1763825164000,"v":{…}}}, x in milliseconds since 1970. Over {@value #PLAIN} bytes it
 * is compressed by gzip where that makes it smaller; the first byte tells. What is absent is left
 * out.
 */
public final class CacheCodec {
  /** Values up to so many bytes are never compressed. */
  public static final int PLAIN = 1_024;

  private static final int MAX_BYTES = 4 << 20;
  private static final byte GZIP = 0x1f;

  private static final Map<CacheTier<?>, Shape<?>> SHAPES =
      Map.of(
          CacheTier.METRICS,
          new Shape<>(ServerMetrics.class, SampleShape::write, SampleShape::read),
          CacheTier.HEALTH,
          new Shape<>(HealthCheck.class, HealthShape::write, HealthShape::read),
          CacheTier.EVENTS,
          new Shape<>(
              CacheTier.RecentEvents.class, VerdictShapes::writeEvents, VerdictShapes::readEvents),
          CacheTier.SUMMARY,
          new Shape<>(ServerSummary.class, VerdictShapes::writeSummary, VerdictShapes::readSummary),
          CacheTier.TRENDS,
          new Shape<>(Trend.class, VerdictShapes::writeTrend, VerdictShapes::readTrend));

  private CacheCodec() {}

  private record Shape<T>(Class<T> type, Function<T, JsonNode> write, Function<JsonNode, T> read) {
    JsonNode json(Object value) {
      return write.apply(type.cast(value));
    }
  }

  private static Shape<?> shape(CacheTier<?> tier) {
    var shape = SHAPES.get(tier);
    if (shape == null) {
      throw new IllegalArgumentException(
          "values of tier %s have no form in a shared cache".formatted(tier.name()));
    }
    return shape;
  }

  /** The bytes of a value. */
  public static byte[] encode(CacheValue<?> value) {
    var json =
        object()
            .put("x", value.expiresAt().toEpochMilli())
            .set("v", Compact.withoutNulls(shape(value.tier()).json(value.value())));
    var plain = json.toString().getBytes(StandardCharsets.UTF_8);
    if (plain.length <= PLAIN) {
      return plain;
    }
    var compressed = compress(plain);
    return compressed.length < plain.length ? compressed : plain;
  }

  /**
   * The value of those bytes.
   *
   * @throws IllegalArgumentException when they are none of ours, with the reason
   */
  public static <T> CacheValue<T> decode(CacheTier<T> tier, String key, byte[] bytes) {
    try {
      var text = new String(isCompressed(bytes) ? expand(bytes) : bytes, StandardCharsets.UTF_8);
      var json = WireJson.parse(text);
      var shape = shape(tier);
      return new CacheValue<>(
          tier,
          key,
          tier.type().cast(shape.read().apply(Members.required(json, "v"))),
          Instant.ofEpochMilli(Members.requiredInteger(json, "x")));
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalArgumentException("compressed badly: " + e.getMessage(), e);
    } catch (DateTimeException | ArithmeticException | ClassCastException e) {
      throw new IllegalArgumentException("no value of " + tier.name() + ": " + e.getMessage(), e);
    }
  }

  private static boolean isCompressed(byte[] bytes) {
    return bytes.length > 0 && bytes[0] == GZIP;
  }

  private static byte[] compress(byte[] plain) {
    var bytes = new ByteArrayOutputStream(plain.length / 2);
    try (var gzip = new FastGzip(bytes)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] expand(byte[] compressed) throws IOException {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      var plain = gzip.readNBytes(MAX_BYTES + 1);
      if (plain.length > MAX_BYTES) {
        throw new IOException("more than %d bytes".formatted(MAX_BYTES));
      }
      return plain;
    }
  }

  /** Small values, often: the fastest level. */
  private static final class FastGzip extends GZIPOutputStream {
    private FastGzip(ByteArrayOutputStream to) throws IOException {
      super(to);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
