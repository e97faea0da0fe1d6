package io.mcprealtime.mcp;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the probe of one target keeps from one run to the next. */
final class ProbeMemory {
  private static final Duration PREFLIGHT_INTERVAL = Duration.ofMinutes(5);

  private @Nullable Era era;
  private boolean hadTools;
  private boolean lastRunAnswered;
  private @Nullable Long preflightNanos;
  private @Nullable String certificate;
  private @Nullable Expiry expiry;
  private @Nullable InetAddress address;
  private @Nullable String death;
  private @Nullable String lastDeath;
  private int starts;
  private final ListMemory lists = new ListMemory();
  private final CanaryMemory canaries;

  private final @Nullable Expiry token;

  ProbeMemory(List<Canary> canaries, @Nullable Expiry token) {
    this.canaries = new CanaryMemory(canaries);
    this.token = token;
  }

  ListMemory lists() {
    return lists;
  }

  CanaryMemory canaries() {
    return canaries;
  }

  synchronized boolean needsPreflight(long nowNanos) {
    return !lastRunAnswered
        || preflightNanos == null
        || nowNanos - preflightNanos >= PREFLIGHT_INTERVAL.toNanos();
  }

  synchronized void preflighted(long nowNanos, Preflight.Report report) {
    if (report.fault() == null) {
      preflightNanos = nowNanos;
      certificate = report.certificate();
    }
    expiry = report.expiry();
    address = report.address();
  }

  /** When the certificate ends that was seen last, and the token that is sent. */
  synchronized List<Expiry> expiries() {
    return Stream.of(expiry, token).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  /** The address that packets went to last. */
  synchronized @Nullable InetAddress address() {
    return address;
  }

  synchronized String reusedConnection() {
    return certificate == null ? "connection reused" : "connection reused, " + certificate;
  }

  synchronized boolean hadTools() {
    return hadTools;
  }

  /** The process was found dead, in a run or between two. */
  synchronized void died(String how) {
    death = how;
  }

  /**
   * A process was started.
   *
   * @param afterDeath how the one before ended, if it did so by itself
   */
  synchronized void started(@Nullable String afterDeath) {
    starts++;
    lastDeath = afterDeath;
  }

  synchronized int starts() {
    return starts;
  }

  /** How the process before this one ended, if it did so by itself. */
  synchronized @Nullable String lastDeath() {
    return lastDeath;
  }

  synchronized @Nullable String takeDeath() {
    String how = death;
    death = null;
    return how;
  }

  /** Takes in a run's outcome; tells whether the era is another one than before. */
  synchronized boolean learn(ServerState state, @Nullable Era found, @Nullable Integer tools) {
    lastRunAnswered = state.isUp();
    hadTools |= tools != null && tools > 0;
    boolean changed = era != null && found != null && era != found;
    era = found == null ? era : found;
    return changed;
  }
}
