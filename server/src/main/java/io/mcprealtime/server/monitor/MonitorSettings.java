package io.mcprealtime.server.monitor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How servers are probed.
 *
 * @param interval between two probes of a server
 * @param healthInterval between two stored health checks of a server whose state stays the same
 * @param listInterval how often a server is asked what it offers
 * @param confirmation what it takes to declare a state
 * @param flapping when a state that goes to and fro is told as such
 * @param circuit the breaker of each server
 * @param probeShare of the time that a server may be under a probe, more than 0 and at most 1
 * @param ownership which servers this process probes
 */
public record MonitorSettings(
    Duration interval,
    Duration healthInterval,
    Duration listInterval,
    Confirmation confirmation,
    FlappingRule flapping,
    Circuit circuit,
    double probeShare,
    Ownership ownership) {

  /**
   * How much it takes to declare a state.
   *
   * @param agreeing so many of the last probes have to find it
   * @param of how many of the last probes are looked at
   * @param retry how soon a server is probed again whose last probe found another state
   */
  public record Confirmation(int agreeing, int of, Duration retry) {
    public static final Confirmation DEFAULT = new Confirmation(2, 3, Duration.ofSeconds(2));

    /** The first probe decides. */
    public static final Confirmation NONE = new Confirmation(1, 1, Duration.ofSeconds(2));

    private static final int MOST = 20;

    public Confirmation {
      if (agreeing < 1 || of < agreeing || of > MOST) {
        throw new IllegalArgumentException(
            "%d of %d probes cannot agree; use numbers like 2 of 3, up to %d"
                .formatted(agreeing, of, MOST));
      }
      requirePositive("confirmation.retry", retry);
    }
  }

  /**
   * When a server flaps, and when no more.
   *
   * @param changes of its state within the window
   * @param window they have to lie in
   * @param calm without a change, after which it is over
   */
  public record FlappingRule(int changes, Duration window, Duration calm) {
    public static final FlappingRule DEFAULT =
        new FlappingRule(5, Duration.ofMinutes(10), Duration.ofMinutes(5));

    public FlappingRule {
      if (changes < 2) {
        throw new IllegalArgumentException("flapping.changes must be 2 or more, is " + changes);
      }
      requirePositive("flapping.window", window);
      requirePositive("flapping.calm", calm);
    }
  }

  /**
   * The circuit breaker of each server.
   *
   * @param failures in a row that open it
   * @param pause the first, until a probe tries again; it doubles
   * @param longestPause what it doubles up to
   */
  public record Circuit(int failures, Duration pause, Duration longestPause) {
    public static final Circuit DEFAULT =
        new Circuit(5, Duration.ofSeconds(30), Duration.ofMinutes(2));

    public Circuit {
      if (failures < 1) {
        throw new IllegalArgumentException("circuit.failures must be 1 or more, is " + failures);
      }
      requirePositive("circuit.pause", pause);
      if (longestPause.compareTo(pause) < 0) {
        throw new IllegalArgumentException(
            "circuit.longestPause must not be shorter than circuit.pause, is " + longestPause);
      }
    }
  }

  public static final Duration DEFAULT_LIST_INTERVAL = Duration.ofMinutes(1);
  public static final double DEFAULT_PROBE_SHARE = 0.2;

  public MonitorSettings {
    requirePositive("interval", interval);
    requirePositive("healthInterval", healthInterval);
    requireNonNull(listInterval, "listInterval");
    requireNonNull(confirmation, "confirmation");
    requireNonNull(flapping, "flapping");
    requireNonNull(circuit, "circuit");
    requireNonNull(ownership, "ownership");
    if (!(probeShare > 0 && probeShare <= 1)) {
      throw new IllegalArgumentException(
          "probeShare must be more than 0 and at most 1, is " + probeShare);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException("%s must be more than 0, is %s".formatted(name, value));
    }
  }

  /** The defaults, at those intervals. */
  public static MonitorSettings of(Duration interval, Duration healthInterval) {
    return new MonitorSettings(
        interval,
        healthInterval,
        DEFAULT_LIST_INTERVAL,
        Confirmation.DEFAULT,
        FlappingRule.DEFAULT,
        Circuit.DEFAULT,
        DEFAULT_PROBE_SHARE,
        Ownership.ALL);
  }

  MonitorSettings with(Confirmation value) {
    return new MonitorSettings(
        interval, healthInterval, listInterval, value, flapping, circuit, probeShare, ownership);
  }

  MonitorSettings with(Circuit value) {
    return new MonitorSettings(
        interval,
        healthInterval,
        listInterval,
        confirmation,
        flapping,
        value,
        probeShare,
        ownership);
  }
}
