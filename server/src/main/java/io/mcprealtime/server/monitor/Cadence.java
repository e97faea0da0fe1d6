package io.mcprealtime.server.monitor;

import io.mcprealtime.CircuitState;
import io.mcprealtime.ServerState;
import io.mcprealtime.TimeSource;
import io.mcprealtime.internal.CircuitBreaker;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.server.monitor.MonitorSettings.Circuit;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How often one server is probed: less when it is dead, when it asks for it, and when its probes
 * take long; and what our probes cost it. Not thread-safe.
 */
public final class Cadence {
  /** A slow server is probed at least once in so many intervals. */
  private static final int MOST_INTERVALS = 4;

  private final TimeSource time;
  private final Duration interval;
  private final double share;
  private final CircuitBreaker breaker;
  private final Instant since;
  private final long sinceNanos;
  private @Nullable Instant heldUntil;

  /** The same by the clock that nobody sets. */
  private long heldUntilNanos;

  private boolean forced;
  private long probes;
  private long requests;
  private Duration busy = Duration.ZERO;
  private Duration newest = Duration.ZERO;
  private Duration beforeNewest = Duration.ZERO;

  /**
   * What our probes are to a server.
   *
   * @param since when its watch began
   * @param probes since then
   * @param requests of these
   * @param busy time that they took together
   * @param share of the time that a probe was under way
   * @param intervals between two probes now
   */
  public record Load(
      Instant since, long probes, long requests, Duration busy, double share, int intervals) {}

  /**
   * @param share of the time that a probe may be under way
   */
  Cadence(TimeSource time, Duration interval, Circuit circuit, double share) {
    this.time = time;
    this.interval = interval;
    this.share = share;
    this.breaker =
        new CircuitBreaker(time, circuit.failures(), circuit.pause(), circuit.longestPause());
    this.since = time.instant();
    this.sinceNanos = time.nanoTime();
  }

  /**
   * Whether the server is probed at its turn. Who was told so tells what came of it, be it nothing.
   */
  boolean allows() {
    if (heldUntil() != null) {
      return false;
    }
    if (forced) {
      forced = false;
      return true;
    }
    return breaker.allows();
  }

  /** Nothing came of a probe, by no doing of the server. */
  void abandoned() {
    // Otherwise the circuit would wait for that one's outcome for ever.
    if (breaker.state() == CircuitState.HALF_OPEN) {
      var unused = breaker.failed();
    }
  }

  /**
   * The next turn is allowed whatever the circuit says: something was done to bring the server
   * back.
   */
  void force() {
    forced = true;
  }

  /**
   * Takes what a probe found.
   *
   * @return whether the circuit opened or closed by it
   */
  boolean probed(ProbeResult result) {
    probes++;
    requests += result.requestCount();
    busy = busy.plus(result.time());
    beforeNewest = newest;
    newest = result.time();
    var asked = result.retryAfter();
    heldUntil = asked == null ? null : time.instant().plus(asked);
    heldUntilNanos = time.nanoTime() + (asked == null ? 0 : asked.toNanos());
    if (result.state() == ServerState.DOWN) {
      return breaker.failed();
    }
    boolean closes = breaker.state() != CircuitState.CLOSED;
    breaker.succeeded();
    return closes;
  }

  CircuitState circuit() {
    return breaker.state();
  }

  /** Until when the server asked to be left alone; absent when it did not, or that is over. */
  @Nullable Instant heldUntil() {
    return time.nanoTime() < heldUntilNanos ? heldUntil : null;
  }

  /**
   * Intervals from one probe to the next, so that a slow server's probes keep within the share. The
   * shorter of the last two counts: one that was slow for once changes nothing.
   */
  int intervals() {
    var usual = newest.compareTo(beforeNewest) < 0 ? newest : beforeNewest;
    double needed = usual.toNanos() / (share * interval.toNanos());
    return (int) Math.max(1, Math.min(MOST_INTERVALS, Math.ceil(needed)));
  }

  Load load() {
    double watched = time.nanoTime() - sinceNanos;
    double used = watched <= 0 ? 0 : Math.min(1, busy.toNanos() / watched);
    return new Load(since, probes, requests, busy, used, intervals());
  }
}
