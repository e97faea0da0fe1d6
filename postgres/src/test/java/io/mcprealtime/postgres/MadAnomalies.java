package io.mcprealtime.postgres;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Severity;
import io.mcprealtime.analysis.Anomaly;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the database's function is held against. Finds stretches in which a server was down, or its
 * response time was far from the median of the samples before it, measured in robust standard
 * deviations (median absolute deviation × 1.4826; Hampel, "The influence curve and its role in
 * robust estimation", JASA 69, 1974).
 */
final class MadAnomalies {
  /** Samples before the one judged: at 15 s an hour. */
  private static final int BASELINE = 240;

  private static final int MIN_BASELINE = 20;
  private static final double WARNING_SCORE = 6;
  private static final double CRITICAL_SCORE = 12;

  /** Consistency factor that makes the MAD of normal data its standard deviation. */
  private static final double MAD_TO_DEVIATION = 1.4826;

  /** Under this deviation a change is clock noise: the greater of 5 % of the level and 0.5 ms. */
  private static final double RELATIVE_FLOOR = 0.05;

  private static final double FLOOR_MILLIS = 0.5;

  private MadAnomalies() {}

  /**
   * The anomalies that begin in or reach into the time from {@code since} on.
   *
   * @param samples of the server, oldest first; those before {@code since} serve as baseline
   */
  static List<Anomaly> detect(Instant since, List<ServerMetrics> samples) {
    var found = new ArrayList<Anomaly>();
    found.addAll(outages(samples));
    found.addAll(slowness(samples));
    found.removeIf(anomaly -> anomaly.until() != null && !anomaly.until().isAfter(since));
    found.sort((a, b) -> a.since().compareTo(b.since()));
    return found;
  }

  private static List<Anomaly> outages(List<ServerMetrics> samples) {
    var found = new ArrayList<Anomaly>();
    Instant since = null;
    String error = null;
    boolean seenUp = false;
    for (var sample : samples) {
      if (sample.state().isUp()) {
        if (since != null) {
          found.add(outage(since, sample.at(), error));
        }
        seenUp = true;
        since = null;
      } else if (since == null && seenUp) {
        since = sample.at();
        error = sample.lastError();
      }
    }
    if (since != null) {
      found.add(outage(since, null, error));
    }
    return found;
  }

  private static Anomaly outage(Instant since, @Nullable Instant until, @Nullable String error) {
    String when =
        until == null
            ? "The server was up and is not since " + since
            : "The server was not up from %s to %s".formatted(since, until);
    String sentence = when + (error == null ? "." : ": " + error);
    return new Anomaly("availability", Severity.CRITICAL, since, until, 0, 1, 1, null, sentence);
  }

  private static List<Anomaly> slowness(List<ServerMetrics> samples) {
    var found = new ArrayList<Anomaly>();
    var baseline = new ArrayList<Double>();
    Episode episode = null;
    for (var sample : samples) {
      var responseTime = sample.responseTime();
      if (responseTime == null) {
        continue;
      }
      double millis = responseTime.toNanos() / 1e6;
      if (baseline.size() >= MIN_BASELINE) {
        var usual = Usual.of(baseline);
        double score = Math.abs(millis - usual.median) / usual.deviation;
        if (score >= WARNING_SCORE) {
          episode = episode == null ? new Episode(sample.at(), usual) : episode;
          episode.extend(millis, score);
        } else if (episode != null) {
          found.add(episode.end(sample.at()));
          episode = null;
        }
      }
      baseline.add(millis);
      if (baseline.size() > BASELINE) {
        baseline.remove(0);
      }
    }
    if (episode != null) {
      found.add(episode.end(null));
    }
    return found;
  }

  private static double middleOf(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** What the samples before an instant make usual. */
  private record Usual(double median, double deviation) {
    private static Usual of(List<Double> values) {
      double[] copy = values.stream().mapToDouble(Double::doubleValue).toArray();
      double median = middleOf(copy);
      for (int i = 0; i < copy.length; i++) {
        copy[i] = Math.abs(copy[i] - median);
      }
      double deviation = MAD_TO_DEVIATION * middleOf(copy);
      double floor = Math.max(FLOOR_MILLIS, RELATIVE_FLOOR * median);
      return new Usual(median, Math.max(deviation, floor));
    }
  }

  /** A stretch of samples outside the usual. */
  private static final class Episode {
    private final Instant since;
    private final Usual usual;
    private double worst;
    private double worstScore;

    private Episode(Instant since, Usual usual) {
      this.since = since;
      this.usual = usual;
    }

    private void extend(double millis, double score) {
      if (score > worstScore) {
        worst = millis;
        worstScore = score;
      }
    }

    private Anomaly end(@Nullable Instant until) {
      double reach = WARNING_SCORE * usual.deviation;
      double low = Math.max(0, usual.median - reach);
      double high = usual.median + reach;
      return new Anomaly(
          "response_time_ms",
          worstScore >= CRITICAL_SCORE ? Severity.CRITICAL : Severity.WARNING,
          since,
          until,
          worst,
          low,
          high,
          worstScore,
          String.format(
              Locale.ROOT,
              "Response time reached %.1f ms where %.1f to %.1f ms was usual.",
              worst,
              low,
              high));
    }
  }
}
