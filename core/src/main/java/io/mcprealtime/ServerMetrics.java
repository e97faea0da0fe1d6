package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * One sample of a server. A sample is identified by its server and instant: writing it twice keeps
 * one. What was not measured is absent.
 *
 * @param server the server
 * @param at when it was taken, cut to milliseconds
 * @param state what the server was found to be
 * @param responseTime how long the server took to answer, cut to microseconds
 * @param successRate share of requests that succeeded, 0 to 1
 * @param errorRate share of requests that failed, 0 to 1
 * @param requestCount requests in the interval that the sample covers
 * @param errorCount failed requests in that interval
 * @param uptime time since the server started, cut to seconds
 * @param memoryBytes memory of the server's process tree, bytes
 * @param circuit state of its circuit breaker
 * @param lastError the latest error in words, at most {@value #MAX_ERROR_LENGTH} characters
 * @param sessionId the collection session it belongs to, at most {@value #MAX_SESSION_LENGTH}
 *     characters
 */
public record ServerMetrics(
    ServerId server,
    Instant at,
    ServerState state,
    @Nullable Duration responseTime,
    @Nullable Double successRate,
    @Nullable Double errorRate,
    @Nullable Long requestCount,
    @Nullable Long errorCount,
    @Nullable Duration uptime,
    @Nullable Long memoryBytes,
    CircuitState circuit,
    @Nullable String lastError,
    @Nullable String sessionId) {

  public static final int MAX_ERROR_LENGTH = 2_000;
  public static final int MAX_SESSION_LENGTH = 200;

  /** The earliest and the latest instant that a sample, a health check or an event may carry. */
  public static final Instant MIN_INSTANT = Instant.parse("2000-01-01T00:00:00Z");

  public static final Instant MAX_INSTANT = Instant.parse("2200-01-01T00:00:00Z");

  private static final int NANOS_PER_MICRO = 1_000;
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final int NANOS_PER_SECOND = 1_000_000_000;
  private static final Duration MAX_RESPONSE_TIME = Duration.ofMinutes(30);

  public ServerMetrics {
    requireNonNull(server, "server");
    at = inBounds(inMillis(requireNonNull(at, "at")));
    requireNonNull(state, "state");
    requireNonNull(circuit, "circuit");
    if (responseTime != null) {
      if (responseTime.isNegative() || responseTime.compareTo(MAX_RESPONSE_TIME) > 0) {
        throw new IllegalArgumentException(
            "responseTime must lie between 0 and %s, is %s"
                .formatted(MAX_RESPONSE_TIME, responseTime));
      }
      responseTime = truncated(responseTime, NANOS_PER_MICRO, ChronoUnit.MICROS);
    }
    checkRate("successRate", successRate);
    checkRate("errorRate", errorRate);
    checkCount("requestCount", requestCount);
    checkCount("errorCount", errorCount);
    checkCount("memoryBytes", memoryBytes);
    if (uptime != null) {
      if (uptime.isNegative() || uptime.toSeconds() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "uptime must lie between 0 and %d s, is %s".formatted(Integer.MAX_VALUE, uptime));
      }
      uptime = truncated(uptime, NANOS_PER_SECOND, ChronoUnit.SECONDS);
    }
    lastError = lastError == null ? null : Texts.bounded(lastError, MAX_ERROR_LENGTH);
    if (sessionId != null && sessionId.length() > MAX_SESSION_LENGTH) {
      throw new IllegalArgumentException(
          "sessionId must have at most %d characters, has %d"
              .formatted(MAX_SESSION_LENGTH, sessionId.length()));
    }
    if (sessionId != null
        && (sessionId.indexOf('\0') >= 0 || Texts.hasUnpairedSurrogate(sessionId))) {
      throw new IllegalArgumentException(
          "sessionId must not contain NUL characters or half characters");
    }
  }

  // Most are whole already, and truncating costs more than looking.
  @SuppressWarnings("JavaInstantGetSecondsGetNano") // The part below a second is what is asked for.
  private static Instant inMillis(Instant value) {
    return value.getNano() % NANOS_PER_MILLI == 0 ? value : value.truncatedTo(ChronoUnit.MILLIS);
  }

  static Instant inBounds(Instant at) {
    if (at.isBefore(MIN_INSTANT) || !at.isBefore(MAX_INSTANT)) {
      throw new IllegalArgumentException(
          "at must lie between %s and %s, is %s".formatted(MIN_INSTANT, MAX_INSTANT, at));
    }
    return at;
  }

  @SuppressWarnings("JavaDurationGetSecondsGetNano")
  private static Duration truncated(Duration value, int unitNanos, ChronoUnit unit) {
    return value.getNano() % unitNanos == 0 ? value : value.truncatedTo(unit);
  }

  /** The state as it is known at an instant: nobody knows it when the sample is too old. */
  public ServerState stateAt(Instant now, Duration staleAfter) {
    return at.isBefore(now.minus(staleAfter)) ? ServerState.UNKNOWN : state;
  }

  private static void checkRate(String name, @Nullable Double rate) {
    if (rate != null && !(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "%s must lie between 0 and 1, is %s".formatted(name, rate));
    }
  }

  private static void checkCount(String name, @Nullable Long count) {
    if (count != null && count < 0) {
      throw new IllegalArgumentException("%s must not be negative, is %d".formatted(name, count));
    }
  }

  public static Builder builder(ServerId server, Instant at, ServerState state) {
    return new Builder(server, at, state);
  }

  /** A builder that starts with this sample's values. */
  public Builder toBuilder() {
    return new Builder(server, at, state)
        .responseTime(responseTime)
        .successRate(successRate)
        .errorRate(errorRate)
        .requestCount(requestCount)
        .errorCount(errorCount)
        .uptime(uptime)
        .memoryBytes(memoryBytes)
        .circuit(circuit)
        .lastError(lastError)
        .sessionId(sessionId);
  }

  /** Builds a sample; what is not set is absent, the circuit is closed. */
  public static final class Builder {
    private final ServerId server;
    private final Instant at;
    private final ServerState state;
    private @Nullable Duration responseTime;
    private @Nullable Double successRate;
    private @Nullable Double errorRate;
    private @Nullable Long requestCount;
    private @Nullable Long errorCount;
    private @Nullable Duration uptime;
    private @Nullable Long memoryBytes;
    private CircuitState circuit = CircuitState.CLOSED;
    private @Nullable String lastError;
    private @Nullable String sessionId;

    private Builder(ServerId server, Instant at, ServerState state) {
      this.server = server;
      this.at = at;
      this.state = state;
    }

    public Builder responseTime(@Nullable Duration value) {
      responseTime = value;
      return this;
    }

    public Builder successRate(@Nullable Double value) {
      successRate = value;
      return this;
    }

    public Builder errorRate(@Nullable Double value) {
      errorRate = value;
      return this;
    }

    public Builder requestCount(@Nullable Long value) {
      requestCount = value;
      return this;
    }

    public Builder errorCount(@Nullable Long value) {
      errorCount = value;
      return this;
    }

    public Builder uptime(@Nullable Duration value) {
      uptime = value;
      return this;
    }

    public Builder memoryBytes(@Nullable Long value) {
      memoryBytes = value;
      return this;
    }

    public Builder circuit(CircuitState value) {
      circuit = value;
      return this;
    }

    public Builder lastError(@Nullable String value) {
      lastError = value;
      return this;
    }

    public Builder sessionId(@Nullable String value) {
      sessionId = value;
      return this;
    }

    public ServerMetrics build() {
      return new ServerMetrics(
          server,
          at,
          state,
          responseTime,
          successRate,
          errorRate,
          requestCount,
          errorCount,
          uptime,
          memoryBytes,
          circuit,
          lastError,
          sessionId);
    }
  }
}
