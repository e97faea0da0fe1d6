package io.mcprealtime.server.monitor;

import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.StateRule;
import io.mcprealtime.server.monitor.MonitorSettings.Confirmation;
import io.mcprealtime.server.monitor.MonitorSettings.FlappingRule;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a server's state is from what its probes find: one probe alone changes nothing. A
 * state that some of the last probes agree on is declared; until they do, the state before it
 * stands. Not thread-safe.
 */
final class Judgement {
  private final Confirmation confirmation;
  private final Deque<Finding> last = new ArrayDeque<>();
  private final Flapping flapping;
  private @Nullable ServerState declared;
  private @Nullable Finding basis;

  /** What one probe found. */
  record Finding(Instant at, StateRule rule, @Nullable String reason) {
    static Finding of(ProbeResult result) {
      return new Finding(result.at(), result.rule(), result.reason());
    }

    ServerState state() {
      return rule.state();
    }
  }

  /**
   * A state that is not believed yet.
   *
   * @param agreeing probes of the last ones that found it
   * @param needed so many have to
   */
  record Doubt(Finding finding, int agreeing, int needed) {}

  /**
   * What is declared after a probe.
   *
   * @param basis the newest probe that found that state; absent when that was before this process
   * @param doubt another state that the last probe found and that is not confirmed
   * @param from the state before, when this probe changed it
   * @param flapping whether the state goes to and fro, so that changes are not told one by one
   * @param flappingChanged whether that began or ended now
   */
  record Verdict(
      ServerState state,
      @Nullable Finding basis,
      @Nullable Doubt doubt,
      @Nullable ServerState from,
      boolean flapping,
      boolean flappingChanged,
      int changes) {}

  /**
   * @param known the state that was declared before this process; null when there was none lately
   */
  Judgement(Confirmation confirmation, FlappingRule flapping, @Nullable ServerState known) {
    this.confirmation = confirmation;
    this.flapping = new Flapping(flapping);
    this.declared = known == ServerState.UNKNOWN ? null : known;
  }

  /** Takes what a probe found. */
  Verdict judge(Finding finding) {
    return judge(finding, false);
  }

  /** Takes what a server says of itself: nobody is asked again, so it is believed at once. */
  Verdict believe(Finding finding) {
    return judge(finding, true);
  }

  private Verdict judge(Finding finding, boolean certain) {
    last.addLast(finding);
    if (last.size() > confirmation.of()) {
      last.removeFirst();
    }
    var before = declared;
    int agreeing = agreeing(finding.state());
    Doubt doubt = null;
    ServerState from = null;
    if (finding.state() == before) {
      basis = finding;
    } else if (certain || isGoodNews(before, finding) || isConfirmed(agreeing, before)) {
      declared = finding.state();
      basis = finding;
      from = before == null ? ServerState.UNKNOWN : before;
      if (before != null) {
        flapping.changed(finding.at());
      }
    } else {
      doubt = new Doubt(finding, agreeing, confirmation.agreeing());
    }
    boolean flappingChanged = flapping.update(finding.at());
    return new Verdict(
        declared == null ? ServerState.UNKNOWN : declared,
        basis,
        doubt,
        from,
        flapping.isFlapping(),
        flappingChanged,
        flapping.changes());
  }

  /** The first that is heard of a server, and it is up. */
  private static boolean isGoodNews(@Nullable ServerState before, Finding finding) {
    return before == null && finding.state().isUp();
  }

  private int agreeing(@Nullable ServerState state) {
    return (int) last.stream().filter(finding -> finding.state() == state).count();
  }

  /** Enough probes agree, or none of the last ones found what is declared. */
  private boolean isConfirmed(int agreeing, @Nullable ServerState before) {
    return agreeing >= confirmation.agreeing()
        || (last.size() == confirmation.of() && agreeing(before) == 0);
  }
}
