package io.mcprealtime.analysis;

import io.mcprealtime.Severity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a server's calls fail more often than they used to, from counts, so that one failure
 * of two calls is not "50 %". A Bernoulli CUSUM (Reynolds and Stoumbos, "A CUSUM chart for
 * monitoring a proportion when inspecting continuously", Journal of Quality Technology 31, 1999):
 * the log-likelihood ratio of a raised rate against the usual one is summed and held at 0; over a
 * bound it is an anomaly. On average there are at least e^bound calls between two false ones
 * (Lorden, "Procedures for reacting to a change in distribution", 1971). The evidence is the exact
 * binomial probability of the failures since the sum left 0. Not thread-safe.
 */
final class ErrorRateWatch {
  static final String METRIC = "error_rate";

  /** ln of 160,000 calls between false anomalies. */
  private static final double BOUND = 12;

  /** ln of the odds by which the usual rate must explain the calls better before it is over. */
  private static final double END_BOUND = 8;

  /** What is taken as known before the first call: one failure of 200. */
  private static final double PRIOR_FAILURES = 0.5;

  private static final double PRIOR_CALLS = 100;
  private static final double LEAST_RATE = 0.001;
  private static final double MOST_RATE = 0.9;

  /** The rate that is looked for: so many times the usual one, and so much above it. */
  private static final double RAISED_FACTOR = 2;

  private static final double RAISED_BY = 0.05;
  private static final double MOST_RAISED = 0.95;

  /** Counts beyond this are halved, so that what is usual may change. */
  private static final double MOST_CALLS = 50_000;

  /** A raised rate that goes on for so many calls is the usual one from then on. */
  private static final long ACCEPTED_AFTER = 20_000;

  /** The calls of an anomaly count for no more than that share of what is known. */
  private static final double MOST_LEARNT_SHARE = 0.1;

  /** Fewer calls than that are learnt whatever they show. */
  private static final double FIRST_CALLS = 500;

  private static final double CRITICAL_SHARE = 0.5;
  private static final int WITNESSES = 20;

  private double knownCalls = PRIOR_CALLS;
  private double knownFailures = PRIOR_FAILURES;
  private double sum;
  private double evidence;
  private double back;
  private long calls;
  private long failures;
  private long fine;
  private long sinceMillis;
  private boolean active;
  private double usual;

  /** What a sample brought. */
  enum Change {
    NONE,
    BEGAN,
    ENDED
  }

  Change next(Instant at, long newCalls, long newFailures) {
    if (newCalls <= 0 || newFailures < 0 || newFailures > newCalls) {
      return Change.NONE;
    }
    if (active) {
      return goOn(newCalls, newFailures);
    }
    if (sum == 0) {
      sinceMillis = at.toEpochMilli();
      calls = 0;
      failures = 0;
    }
    calls += newCalls;
    failures += newFailures;
    double rate = usualRate();
    sum = Math.max(0, sum + logRatio(newCalls, newFailures, raised(rate), rate));
    if (sum == 0) {
      learn(calls, failures);
      return Change.NONE;
    }
    if (sum > BOUND) {
      active = true;
      usual = rate;
      evidence = sum;
      back = 0;
      fine = 0;
      return Change.BEGAN;
    }
    return Change.NONE;
  }

  /** By how much the other rate explains the calls better than the usual one. */
  private static double logRatio(long calls, long failures, double rate, double usualRate) {
    return failures * Math.log(rate / usualRate)
        + (calls - failures) * Math.log((1 - rate) / (1 - usualRate));
  }

  private static double raised(double rate) {
    return Math.min(MOST_RAISED, rate * RAISED_FACTOR + RAISED_BY);
  }

  private Change goOn(long newCalls, long newFailures) {
    sum += logRatio(newCalls, newFailures, raised(usual), usual);
    evidence = Math.max(evidence, sum);
    // Calls after the last failure belong to it only if another failure follows.
    fine += newCalls;
    if (newFailures > 0) {
      calls += fine;
      failures += newFailures;
      fine = 0;
    }
    double seen = Math.min(MOST_RAISED, Math.max(raised(usual), (double) failures / calls));
    back = Math.max(0, back - logRatio(newCalls, newFailures, seen, usual));
    if (back < END_BOUND && calls < ACCEPTED_AFTER) {
      return Change.NONE;
    }
    double most = Math.max(FIRST_CALLS, knownCalls * MOST_LEARNT_SHARE);
    double share = calls >= ACCEPTED_AFTER ? 1 : Math.min(1, most / calls);
    learn(calls * share, failures * share);
    active = false;
    sum = 0;
    return Change.ENDED;
  }

  private void learn(double newCalls, double newFailures) {
    knownCalls += newCalls;
    knownFailures += newFailures;
    if (knownCalls > MOST_CALLS) {
      double share = MOST_CALLS / 2 / knownCalls;
      knownCalls *= share;
      knownFailures *= share;
    }
  }

  /** The share of calls that usually fail. */
  double usualRate() {
    return Math.min(MOST_RATE, Math.max(LEAST_RATE, knownFailures / knownCalls));
  }

  boolean isActive() {
    return active;
  }

  /** The anomaly of now, or the one that has just ended. */
  Anomaly anomaly(@Nullable Instant until) {
    double share = (double) failures / calls;
    double p = Binomial.upperTail(failures, calls, usual);
    var severity =
        share >= CRITICAL_SHARE && calls >= WITNESSES ? Severity.CRITICAL : Severity.WARNING;
    return new Anomaly(
        METRIC,
        severity,
        Instant.ofEpochMilli(sinceMillis),
        until,
        share,
        0,
        Binomial.expectedShare(calls, usual),
        evidence / BOUND,
        String.format(
            Locale.ROOT,
            "%d of %d calls failed where %.2f %% is usual (exact binomial p = %.1g).",
            failures,
            calls,
            usual * 100,
            p));
  }

  void save(DataOutputStream out) throws IOException {
    out.writeDouble(knownCalls);
    out.writeDouble(knownFailures);
    out.writeDouble(sum);
    out.writeDouble(evidence);
    out.writeDouble(back);
    out.writeLong(calls);
    out.writeLong(failures);
    out.writeLong(fine);
    out.writeLong(sinceMillis);
    out.writeBoolean(active);
    out.writeDouble(usual);
  }

  void restore(DataInputStream in) throws IOException {
    knownCalls = in.readDouble();
    knownFailures = in.readDouble();
    sum = in.readDouble();
    evidence = in.readDouble();
    back = in.readDouble();
    calls = in.readLong();
    failures = in.readLong();
    fine = in.readLong();
    sinceMillis = in.readLong();
    active = in.readBoolean();
    usual = in.readDouble();
  }
}
