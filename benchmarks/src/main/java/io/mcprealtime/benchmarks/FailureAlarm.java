package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.analysis.AnomalyWatch;
import java.time.Instant;

/** Something that tells when a server's calls fail more than they should. */
interface FailureAlarm {
  /** Takes the calls of a sample; true when it is told from this one on. */
  boolean begins(Instant at, int calls, int failures);

  /** Ours, and the plain rules that it stands beside. */
  enum Kind {
    LIVE("the live watch") {
      @Override
      FailureAlarm alarm() {
        return new Live();
      }
    },
    THRESHOLD("plain threshold: over 10 % of the last 100 calls") {
      @Override
      FailureAlarm alarm() {
        return new Threshold();
      }
    },
    DEVIATIONS("three deviations over the mean of all before, last 100 calls") {
      @Override
      FailureAlarm alarm() {
        return new Deviations();
      }
    };

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    abstract FailureAlarm alarm();
  }

  /** The watch as it runs, which is given counts alone. */
  final class Live implements FailureAlarm {
    private static final ServerId SERVER = ServerId.of("simulated");

    private final AnomalyWatch watch = AnomalyWatch.ofProbed(SERVER);

    @Override
    public boolean begins(Instant at, int calls, int failures) {
      var sample =
          ServerMetrics.builder(SERVER, at, ServerState.HEALTHY)
              .requestCount((long) calls)
              .errorCount((long) failures)
              .build();
      return !watch.observe(sample).began().isEmpty();
    }
  }

  /** The newest samples that hold 100 calls. */
  final class LastCalls {
    private static final int LAST = 100;

    private final int[] calls = new int[LAST];
    private final int[] failures = new int[LAST];
    private int next;
    private int held;
    private long allCalls;
    private long allFailures;
    private long leftCalls;
    private long leftFailures;

    private void add(int newCalls, int newFailures) {
      for (int oldest = oldest();
          held > 0 && allCalls - calls[oldest] + newCalls >= LAST;
          oldest = oldest()) {
        allCalls -= calls[oldest];
        allFailures -= failures[oldest];
        leftCalls += calls[oldest];
        leftFailures += failures[oldest];
        held--;
      }
      calls[next] = newCalls;
      failures[next] = newFailures;
      next = (next + 1) % LAST;
      held++;
      allCalls += newCalls;
      allFailures += newFailures;
    }

    private int oldest() {
      return Math.floorMod(next - held, LAST);
    }

    private boolean isOver(double share) {
      return allCalls >= LAST && allFailures > share * allCalls;
    }
  }

  /** Begins each time that the share goes over a fixed one. */
  final class Threshold implements FailureAlarm {
    private static final double MOST = 0.1;

    private final LastCalls last = new LastCalls();
    private boolean over;

    @Override
    public boolean begins(Instant at, int calls, int failures) {
      last.add(calls, failures);
      boolean before = over;
      over = last.isOver(MOST);
      return over && !before;
    }
  }

  /** Begins each time that the share is three standard errors over that of all calls before. */
  final class Deviations implements FailureAlarm {
    private static final double DEVIATIONS = 3;
    private static final int LEARNT_UNJUDGED = 200;

    private final LastCalls last = new LastCalls();
    private boolean over;

    @Override
    public boolean begins(Instant at, int calls, int failures) {
      last.add(calls, failures);
      boolean before = over;
      // Half a failure more, so that a server which never failed has a deviation too.
      double usual = (last.leftFailures + 0.5) / (last.leftCalls + 1);
      double deviation = Math.sqrt(Math.max(0, usual * (1 - usual)) / last.allCalls);
      over = last.leftCalls >= LEARNT_UNJUDGED && last.isOver(usual + DEVIATIONS * deviation);
      return over && !before;
    }
  }
}
