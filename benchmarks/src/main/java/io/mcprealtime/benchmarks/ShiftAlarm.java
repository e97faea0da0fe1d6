package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.analysis.AnomalyWatch;
import java.time.Duration;
import java.time.Instant;

/** Something that tells when a server's response time has changed for good. */
interface ShiftAlarm {
  /** Takes the next response time; above 0 when it is told to be slower, below when faster. */
  int next(Instant at, double millis);

  /** Ours, and the plain rule that it stands beside. */
  enum Kind {
    LIVE("the live watch") {
      @Override
      ShiftAlarm alarm() {
        return new Live();
      }
    },
    MEAN("three sigma on the mean of the last 20 samples") {
      @Override
      ShiftAlarm alarm() {
        return new MeanThreeSigma();
      }
    };

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    abstract ShiftAlarm alarm();
  }

  /** The watch as it runs, which is given response times alone. */
  final class Live implements ShiftAlarm {
    private static final ServerId SERVER = ServerId.of("simulated");

    private final AnomalyWatch watch = AnomalyWatch.ofProbed(SERVER);

    @Override
    public int next(Instant at, double millis) {
      var sample =
          ServerMetrics.builder(SERVER, at, ServerState.HEALTHY)
              .responseTime(Duration.ofNanos(Math.round(millis * 1e6)))
              .build();
      var shifts = watch.observe(sample).shifts();
      return shifts.isEmpty() ? 0 : shifts.get(0).isSlower() ? 1 : -1;
    }
  }

  /**
   * The mean of the last samples against that of all before them: told where it is more than three
   * of its standard errors off, upon which the level is learnt anew.
   */
  final class MeanThreeSigma implements ShiftAlarm {
    private static final int LAST = 20;
    private static final int WARM_UP = 50;
    private static final double DEVIATIONS = 3;

    private final double[] last = new double[LAST];
    private long seen;
    private double sum;
    private long count;
    private double mean;
    private double squares;

    @Override
    public int next(Instant at, double millis) {
      int slot = (int) (seen % LAST);
      if (seen >= LAST) {
        sum -= last[slot];
        learn(last[slot]);
      }
      last[slot] = millis;
      sum += millis;
      seen++;
      double distance = sum / LAST - mean;
      double reach = DEVIATIONS * Math.sqrt(squares / Math.max(1, count) / LAST);
      if (count < WARM_UP || Math.abs(distance) <= reach) {
        return 0;
      }
      seen = 0;
      sum = 0;
      count = 0;
      mean = 0;
      squares = 0;
      return distance > 0 ? 1 : -1;
    }

    private void learn(double value) {
      count++;
      double distance = value - mean;
      mean += distance / count;
      squares += distance * (value - mean);
    }
  }
}
