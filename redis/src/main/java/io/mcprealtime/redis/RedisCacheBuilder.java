package io.mcprealtime.redis;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.Meter;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Options of a {@link RedisCache}. */
public final class RedisCacheBuilder {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
  private static final int DEFAULT_MAX_REQUEST_BYTES = 8 << 20;
  private static final String HASH = "metrics";

  private final String name;
  private final String place;
  private final List<String> secrets;
  private final Opener opener;
  private String prefix = "mcp:";
  private Duration timeout = DEFAULT_TIMEOUT;
  private int maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES;
  private TimeSource time = TimeSource.system();
  private Meter meter = Meter.NONE;
  private @Nullable SSLContext tls;

  @FunctionalInterface
  private interface Opener {
    Channel open(SSLContext tls, Duration timeout, Faults faults, Billing billing);
  }

  private RedisCacheBuilder(String name, String place, List<String> secrets, Opener opener) {
    this.name = name;
    this.place = place;
    this.secrets = secrets;
    this.opener = opener;
  }

  static RedisCacheBuilder redis(String text) {
    var url = RespUrl.parse(requireNonNull(text, "url"));
    var password = url.password();
    return new RedisCacheBuilder(
        "redis",
        "Redis at " + url,
        password == null ? List.of() : List.of(password),
        (tls, timeout, faults, billing) -> new RespChannel(url, tls, faults, billing));
  }

  static RedisCacheBuilder upstash(URI url, String token) {
    requireNonNull(token, "token");
    var base = RestUrl.checked(requireNonNull(url, "url"));
    if (token.isEmpty() || token.chars().anyMatch(one -> one <= ' ' || one > '~')) {
      throw new IllegalArgumentException(
          "the token of the Upstash REST URL is empty or holds blanks or characters that no token has; copy it again");
    }
    return new RedisCacheBuilder(
        "upstash",
        "Upstash at " + RestUrl.address(base),
        List.of(token),
        (tls, timeout, faults, billing) ->
            new RestChannel(base, token, tls, timeout, faults, billing));
  }

  /** What the names of keys begin with; {@code mcp:} by default. */
  public RedisCacheBuilder prefix(String value) {
    prefix = requireNonNull(value, "prefix");
    return this;
  }

  /** How long a call may take, whatever happens; a second by default. */
  public RedisCacheBuilder timeout(Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "the time-out must be longer than 0 and at most an hour, is %s".formatted(value));
    }
    timeout = value;
    return this;
  }

  /** About how many bytes a request may have, 8 MB by default; a larger one is split. */
  public RedisCacheBuilder maxRequestBytes(int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "a request must be allowed at least a byte, is %d".formatted(value));
    }
    maxRequestBytes = value;
    return this;
  }

  /** Whose time decides what has expired. */
  public RedisCacheBuilder time(TimeSource value) {
    time = requireNonNull(value, "time");
    return this;
  }

  /**
   * What is told of every billed command, and of the bytes both ways: for RESP all that goes over
   * the socket, logging in and TLS included; for REST bodies and headers, without TLS, those that
   * the HTTP client adds by estimate. What failed after it was sent counts; so does each attempt.
   */
  public RedisCacheBuilder meter(Meter value) {
    meter = requireNonNull(value, "meter");
    return this;
  }

  /** Whom to trust over TLS; the platform's authorities by default. */
  public RedisCacheBuilder sslContext(SSLContext value) {
    tls = requireNonNull(value, "sslContext");
    return this;
  }

  String place() {
    return place;
  }

  String key() {
    return prefix + HASH;
  }

  int maxRequestBytes() {
    return maxRequestBytes;
  }

  Duration timeout() {
    return timeout;
  }

  TimeSource time() {
    return time;
  }

  /** Connects to nothing yet. */
  public RedisCache build() {
    var faults = new Faults(place, key(), secrets);
    var billing = new Billing(meter, time);
    var channel =
        opener.open(
            Objects.requireNonNullElseGet(tls, RedisCacheBuilder::platformTls),
            timeout,
            faults,
            billing);
    return new RedisCache(this, name, channel, faults, billing);
  }

  private static SSLContext platformTls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }
}
