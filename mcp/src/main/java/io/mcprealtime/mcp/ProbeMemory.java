package io.mcprealtime.mcp;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the probe of one target keeps from one run to the next. */
final class ProbeMemory {
  private static final Duration PREFLIGHT_INTERVAL = Duration.ofMinutes(5);

  private @Nullable Era era;
  private boolean hadTools;
  private boolean lastRunAnswered;
  private @Nullable Long preflightNanos;
  private @Nullable String certificate;
  private @Nullable String death;

  synchronized boolean needsPreflight(long nowNanos) {
    return !lastRunAnswered
        || preflightNanos == null
        || nowNanos - preflightNanos >= PREFLIGHT_INTERVAL.toNanos();
  }

  synchronized void preflighted(long nowNanos, @Nullable String seenCertificate) {
    preflightNanos = nowNanos;
    certificate = seenCertificate;
  }

  synchronized String reusedConnection() {
    return certificate == null ? "connection reused" : "connection reused, " + certificate;
  }

  synchronized boolean hadTools() {
    return hadTools;
  }

  /** The process was found dead between two runs. */
  synchronized void died(String how) {
    death = how;
  }

  synchronized @Nullable String takeDeath() {
    String how = death;
    death = null;
    return how;
  }

  /** Takes in a run's outcome; tells whether the era is another one than before. */
  synchronized boolean learn(ServerState state, @Nullable Era found, @Nullable List<String> tools) {
    lastRunAnswered = state.isUp();
    hadTools |= tools != null && !tools.isEmpty();
    boolean changed = era != null && found != null && era != found;
    era = found == null ? era : found;
    return changed;
  }
}
