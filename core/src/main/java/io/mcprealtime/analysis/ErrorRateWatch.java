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
 * bound it is an anomaly. Where the usual rate is known well, a second one looks for less of a
 * rise. On average there are at least e^bound calls between two false ones of each (Lorden,
 * "Procedures for reacting to a change in distribution", 1971), for a usual rate that is known. The
 * first calls are learnt, and an anomaly only where almost all of them fail.
 *
 * <p>The binomial probability that goes with an anomaly is of a span that was chosen because it
 * failed. It says how far from usual that span is; it is not the p-value of a test. Not
 * thread-safe.
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

  /** Where so many calls fail usually, more of them are no news. */
  private static final double MOST_RATE = 0.9;

  /** So many calls are learnt before any is judged, unless so many of at least so many fail. */
  private static final long LEARNT_UNJUDGED = 60;

  /** With fewer calls than this the margin for what is not known is wider, the fewer the more. */
  private static final double CALLS_KNOWN_WELL = 200;

  private static final long FEWEST_JUDGED = 20;
  private static final double FAILING_SHARE = 0.8;

  /** The rate that is looked for: so many times the usual one, and so much above it. */
  private static final double RAISED_FACTOR = 2;

  private static final double RAISED_BY = 0.05;
  private static final double MOST_RAISED = 0.95;

  /** The other one, so many times the usual one, once so many calls are known. */
  private static final double FINE_FACTOR = 4;

  private static final double FINE_CALLS = 5_000;

  /** A sample counts for no more calls than that. */
  private static final long MOST_OF_A_SAMPLE = 1_000_000;

  /** Counts of a span beyond this are halved. */
  private static final long MOST_OF_A_SPAN = 10_000_000;

  /** Counts beyond this are halved, so that what is usual may change. */
  private static final double MOST_CALLS = 50_000;

  /** A raised rate that goes on for so many calls is the usual one from then on. */
  private static final long ACCEPTED_AFTER = 20_000;

  /** Of an anomaly with fewer calls than this nothing is learnt, so that the next is told too. */
  private static final long BRIEF = 100;

  /** The calls of a longer one count for no more than that share of what is known. */
  private static final double MOST_LEARNT_SHARE = 0.1;

  /** At least so many calls of a longer one may be learnt, however little is known. */
  private static final double FIRST_CALLS = 500;

  private static final double CRITICAL_SHARE = 0.5;
  private static final int WITNESSES = 20;

  private double knownCalls = PRIOR_CALLS;
  private double knownFailures = PRIOR_FAILURES;
  private final Span first = new Span();
  private final Span fine = new Span();

  /** Neither learnt nor judged to be an anomaly: a sum is over 0. */
  private final Span pending = new Span();

  private boolean judges;
  private boolean active;

  /** The calls of the anomaly of now, or of the last one. */
  private final Span found = new Span();

  private double usual;
  private double raised;
  private double evidence;
  private double back;
  private long well;
  private @Nullable Anomaly told;

  /** What a sample brought. */
  enum Change {
    NONE,
    BEGAN,
    ENDED
  }

  /** Calls in a row and how much better a raised rate explains them. */
  private static final class Span {
    private double sum;
    private long calls;
    private long failures;
    private long sinceMillis;

    private void add(Instant at, long newCalls, long newFailures) {
      sinceMillis = calls == 0 ? at.toEpochMilli() : sinceMillis;
      calls += newCalls;
      failures += newFailures;
      if (calls > MOST_OF_A_SPAN) {
        failures = failures / 2 + failures % 2;
        calls = calls / 2 + calls % 2;
      }
    }

    /** Goes on, or starts anew where the sum falls to 0. */
    private void judge(Instant at, long newCalls, long newFailures, double rate, double usual) {
      add(at, newCalls, newFailures);
      sum = Math.max(0, sum + logRatio(newCalls, newFailures, rate, usual));
      if (sum == 0) {
        clear();
      }
    }

    private void clear() {
      sum = 0;
      calls = 0;
      failures = 0;
    }

    private void set(Span other) {
      sum = other.sum;
      calls = other.calls;
      failures = other.failures;
      sinceMillis = other.sinceMillis;
    }

    private void save(DataOutputStream out) throws IOException {
      out.writeDouble(sum);
      out.writeLong(calls);
      out.writeLong(failures);
      out.writeLong(sinceMillis);
    }

    private void restore(DataInputStream in) throws IOException {
      sum = in.readDouble();
      calls = in.readLong();
      failures = in.readLong();
      sinceMillis = in.readLong();
    }
  }

  Change next(Instant at, long newCalls, long newFailures) {
    if (newCalls <= 0 || newFailures < 0 || newFailures > newCalls) {
      return Change.NONE;
    }
    if (newCalls <= MOST_OF_A_SAMPLE) {
      return judge(at, newCalls, newFailures);
    }
    double share = (double) MOST_OF_A_SAMPLE / newCalls;
    return judge(at, MOST_OF_A_SAMPLE, (long) Math.ceil(newFailures * share));
  }

  private Change judge(Instant at, long newCalls, long newFailures) {
    told = null;
    if (active) {
      return goOn(at, newCalls, newFailures);
    }
    pending.add(at, newCalls, newFailures);
    double rate = usualRate();
    if (!judges) {
      return begin(rate);
    }
    if (rate >= MOST_RATE) {
      learnPending();
      return Change.NONE;
    }
    double most = Math.min(MOST_RATE, rate + margin(rate));
    double more = raised(most);
    double less = FINE_FACTOR * most;
    first.judge(at, newCalls, newFailures, more, most);
    if (knownCalls > FINE_CALLS && less < more) {
      fine.judge(at, newCalls, newFailures, less, most);
    } else {
      fine.clear();
    }
    if (first.sum > BOUND && first.sum >= fine.sum) {
      return began(first, rate, more);
    }
    if (fine.sum > BOUND) {
      return began(fine, rate, less);
    }
    if (first.sum == 0 && fine.sum == 0) {
      learnPending();
    }
    return Change.NONE;
  }

  /** Few calls tell a rate poorly, and what is a little over it is no news. */
  private double margin(double rate) {
    if (knownCalls >= CALLS_KNOWN_WELL) {
      return deviation(rate);
    }
    // A server that has not failed yet may still be one that does now and then.
    double atLeast = (knownFailures + 1) / (knownCalls + 2);
    return CALLS_KNOWN_WELL / knownCalls * deviation(atLeast);
  }

  private double deviation(double rate) {
    return Math.sqrt(rate * (1 - rate) / knownCalls);
  }

  /** The first calls of all. */
  private Change begin(double rate) {
    if (pending.calls >= FEWEST_JUDGED && pending.failures >= FAILING_SHARE * pending.calls) {
      pending.sum = logRatio(pending.calls, pending.failures, raised(rate), rate);
      return began(pending, rate, raised(rate));
    }
    if (pending.calls >= LEARNT_UNJUDGED) {
      judges = true;
      knownCalls = 1;
      knownFailures = PRIOR_FAILURES;
      learnPending();
    }
    return Change.NONE;
  }

  private Change began(Span span, double rate, double sought) {
    found.set(span);
    active = true;
    usual = rate;
    raised = sought;
    evidence = span.sum;
    back = 0;
    well = 0;
    first.clear();
    fine.clear();
    pending.clear();
    return Change.BEGAN;
  }

  /** By how much the other rate explains the calls better than the usual one. */
  private static double logRatio(long calls, long failures, double rate, double usualRate) {
    return failures * Math.log(rate / usualRate)
        + (calls - failures) * Math.log((1 - rate) / (1 - usualRate));
  }

  private static double raised(double rate) {
    return Math.min(MOST_RAISED, rate * RAISED_FACTOR + RAISED_BY);
  }

  private Change goOn(Instant at, long newCalls, long newFailures) {
    found.sum += logRatio(newCalls, newFailures, raised, usual);
    evidence = Math.max(evidence, found.sum);
    // Calls after the last failure belong to it only if another failure follows.
    well += newCalls;
    if (newFailures > 0) {
      found.add(at, well, newFailures);
      well = 0;
    }
    double failing = (double) found.failures / found.calls;
    double seen = Math.min(MOST_RAISED, Math.max(raised, failing));
    back = Math.max(0, back - logRatio(newCalls, newFailures, seen, usual));
    if (back < END_BOUND && found.calls < ACCEPTED_AFTER) {
      return Change.NONE;
    }
    if (found.calls >= BRIEF) {
      learnFound();
    }
    active = false;
    return Change.ENDED;
  }

  /** After it the first calls need not be waited for any more. */
  private void learnFound() {
    double share = 1;
    if (found.calls >= ACCEPTED_AFTER) {
      knownCalls = 0;
      knownFailures = 0;
    } else {
      double most = Math.max(FIRST_CALLS, knownCalls * MOST_LEARNT_SHARE);
      share = Math.min(1, most / found.calls);
    }
    learn(found.calls * share, found.failures * share);
    judges = true;
  }

  /** Ends what goes on, as nothing is heard of calls any more; of its calls nothing is learnt. */
  void end() {
    active = false;
    told = null;
    first.clear();
    fine.clear();
    pending.clear();
  }

  private void learnPending() {
    learn((double) pending.calls, (double) pending.failures);
    pending.clear();
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
    var open = told == null ? describe() : told;
    told = open;
    return until == null
        ? open
        : new Anomaly(
            METRIC,
            open.severity(),
            open.since(),
            until,
            open.value(),
            open.expectedLow(),
            open.expectedHigh(),
            open.score(),
            open.sentence());
  }

  private Anomaly describe() {
    double share = (double) found.failures / found.calls;
    var severity =
        share >= CRITICAL_SHARE && found.calls >= WITNESSES ? Severity.CRITICAL : Severity.WARNING;
    return new Anomaly(
        METRIC,
        severity,
        Instant.ofEpochMilli(found.sinceMillis),
        null,
        share,
        0,
        Binomial.expectedShare(found.calls, usual),
        evidence / BOUND,
        String.format(
            Locale.ROOT,
            "%d of %d calls failed where %.2f %% is usual"
                + " (binomial probability of such a span %.1g; evidence, not a test's p).",
            found.failures,
            found.calls,
            usual * 100,
            Binomial.upperTail(found.failures, found.calls, usual)));
  }

  void save(DataOutputStream out) throws IOException {
    out.writeDouble(knownCalls);
    out.writeDouble(knownFailures);
    first.save(out);
    fine.save(out);
    pending.save(out);
    found.save(out);
    out.writeBoolean(judges);
    out.writeBoolean(active);
    out.writeDouble(usual);
    out.writeDouble(raised);
    out.writeDouble(evidence);
    out.writeDouble(back);
    out.writeLong(well);
  }

  void restore(DataInputStream in) throws IOException {
    knownCalls = in.readDouble();
    knownFailures = in.readDouble();
    first.restore(in);
    fine.restore(in);
    pending.restore(in);
    found.restore(in);
    judges = in.readBoolean();
    active = in.readBoolean();
    usual = in.readDouble();
    raised = in.readDouble();
    evidence = in.readDouble();
    back = in.readDouble();
    well = in.readLong();
    told = null;
  }
}
