package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.cache.CacheCodec;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Names and bytes of the hash's fields. A latest sample has its server's name; a value of another
 * tier has the tier's name, a tab and its key. Where bytes must be text, a compressed value is
 * written in base64, which all compressed ones begin alike in.
 */
final class Fields {
  private static final char TAB = '\t';
  private static final byte GZIP = 0x1f;
  private static final byte[] GZIP_IN_BASE64 = "H4sI".getBytes(US_ASCII);

  private Fields() {}

  /** A field's tier and key. */
  record Place(CacheTier<?> tier, String key) {}

  static String name(CacheTier<?> tier, String key) {
    if (!tier.equals(CacheTier.METRICS)) {
      return tier.name() + TAB + key;
    }
    if (key.indexOf(TAB) >= 0) {
      throw new IllegalArgumentException(
          "a key of tier %s is a server's name and holds no tab".formatted(tier.name()));
    }
    return key;
  }

  /** The tier and key of a field; empty when it belongs to no tier that is known. */
  static Optional<Place> place(String field) {
    int tab = field.indexOf(TAB);
    if (tab < 0) {
      return Optional.of(new Place(CacheTier.METRICS, field));
    }
    var name = field.substring(0, tab);
    return CacheTier.ALL.stream()
        .filter(tier -> !tier.equals(CacheTier.METRICS) && tier.name().equals(name))
        .findFirst()
        .map(tier -> new Place(tier, field.substring(tab + 1)));
  }

  /** The bytes of a value, as text where a channel takes nothing else. */
  static byte[] encode(CacheValue<?> value, Channel channel) {
    var bytes = CacheCodec.encode(value);
    if (channel.takesBinary() || bytes[0] != GZIP) {
      return bytes;
    }
    var text = Base64.getEncoder().encode(bytes);
    var plain = expand(bytes);
    return channel.sizeOf(text) < channel.sizeOf(plain) ? text : plain;
  }

  /**
   * The value of those bytes.
   *
   * @throws RuntimeException of any kind when they are none of ours: anybody may have written them
   */
  static <T> CacheValue<T> decode(CacheTier<T> tier, String key, byte[] bytes) {
    var value = CacheCodec.decode(tier, key, isBase64(bytes) ? fromBase64(bytes) : bytes);
    if (!belongs(value.value(), key)) {
      throw new IllegalArgumentException("a value of another key");
    }
    return value;
  }

  /** Whether a value says itself that it is of that key, where it says anything. */
  private static boolean belongs(Object value, String key) {
    if (value instanceof ServerMetrics sample) {
      return key.equals(sample.server().value());
    }
    if (value instanceof HealthCheck check) {
      return key.equals(check.server().value());
    }
    if (value instanceof ServerSummary summary) {
      // A summary does not say for how many hours it was asked.
      int tab = key.indexOf(TAB);
      return tab >= 0 && key.substring(tab + 1).equals(summary.server().value());
    }
    if (value instanceof Trend trend) {
      return key.equals(trend.window().label() + TAB + trend.server().value());
    }
    return true;
  }

  private static boolean isBase64(byte[] bytes) {
    return bytes.length > GZIP_IN_BASE64.length
        && Arrays.equals(bytes, 0, GZIP_IN_BASE64.length, GZIP_IN_BASE64, 0, GZIP_IN_BASE64.length);
  }

  private static byte[] fromBase64(byte[] bytes) {
    return Base64.getDecoder().decode(bytes);
  }

  private static byte[] expand(byte[] compressed) {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return gzip.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
