package io.mcprealtime.analysis;

import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The health of a server as a number: 100 less what its state, its availability, its errors, its
 * response time against its own usual one and its anomalies take off, and never under 0. Each part
 * takes off more the worse its figure is and nothing else, so the score never rises when a figure
 * gets worse. See docs/health-score.md for the formula.
 *
 * @param score 0 to 100
 * @param figures what it was made from
 * @param deductions what was taken off, the largest first; together they may exceed 100
 */
public record HealthScore(double score, HealthFigures figures, List<Deduction> deductions) {
  private static final double MOST_FOR_AVAILABILITY = 40;
  private static final double MOST_FOR_ERRORS = 30;

  /** That share of failed calls takes off as much as errors can. */
  private static final double WORST_ERROR_RATE = 0.5;

  /** One failure of two calls is not half of them: so many that did not fail are counted along. */
  private static final double CALLS_ALONG = 20;

  private static final double MOST_FOR_RESPONSE_TIME = 20;

  /** Up to that many times the usual response time takes nothing off. */
  private static final double FREE_RATIO = 1.2;

  /** That many times the usual response time takes off as much as it can. */
  private static final double WORST_RATIO = 8;

  private static final double FOR_CRITICAL = 10;
  private static final double FOR_WARNING = 5;
  private static final double MOST_FOR_ANOMALIES = 20;

  public HealthScore {
    deductions = List.copyOf(deductions);
  }

  /**
   * What was taken off for one part.
   *
   * @param part {@code state}, {@code availability}, {@code errors}, {@code response_time}, {@code
   *     anomalies}
   * @param points above 0
   * @param why the numbers
   */
  public record Deduction(String part, double points, String why) {}

  /** The score of a server; absent while its state is not known. */
  public static Optional<HealthScore> of(HealthFigures figures) {
    if (figures.state() == ServerState.UNKNOWN) {
      return Optional.empty();
    }
    var found = new ArrayList<Deduction>();
    add(found, "state", state(figures.state()), "It is %s.", figures.state());
    var up = figures.upRatio();
    if (up != null) {
      add(
          found,
          "availability",
          MOST_FOR_AVAILABILITY * (1 - up),
          "It was up in %.1f %% of the last hour's samples.",
          up * 100);
    }
    var errors = figures.errorRate();
    var calls = figures.calls();
    if (errors != null && calls != null) {
      add(
          found,
          "errors",
          MOST_FOR_ERRORS * Math.min(1, errors * calls / (calls + CALLS_ALONG) / WORST_ERROR_RATE),
          "%.2f %% of the last hour's calls failed (of about %.0f).",
          errors * 100,
          calls);
    }
    responseTime(figures, found);
    anomalies(figures.anomalies(), found);
    found.sort((a, b) -> Double.compare(b.points(), a.points()));
    double sum = found.stream().mapToDouble(Deduction::points).sum();
    return Optional.of(new HealthScore(Math.max(0, 100 - sum), figures, found));
  }

  /** The mean of servers' scores; absent without one. */
  public static Optional<Double> overall(Collection<HealthScore> servers) {
    var mean = servers.stream().mapToDouble(HealthScore::score).average();
    return mean.isPresent() ? Optional.of(mean.getAsDouble()) : Optional.empty();
  }

  private static double state(ServerState state) {
    return switch (state) {
      case HEALTHY, UNKNOWN -> 0;
      case DEGRADED -> 40;
      case EMPTY -> 70;
      case AUTH_REQUIRED -> 80;
      case DOWN -> 100;
    };
  }

  private static void responseTime(HealthFigures figures, List<Deduction> found) {
    var recent = figures.recentMillis();
    var usual = figures.usualMillis();
    if (recent == null || usual == null) {
      return;
    }
    double ratio =
        Math.exp(Metric.RESPONSE_TIME.scaled(recent) - Metric.RESPONSE_TIME.scaled(usual));
    double share = Math.log(ratio / FREE_RATIO) / Math.log(WORST_RATIO / FREE_RATIO);
    add(
        found,
        "response_time",
        MOST_FOR_RESPONSE_TIME * Math.min(1, Math.max(0, share)),
        "It takes %.1f ms where %.1f ms was usual in the last day.",
        recent,
        usual);
  }

  private static void anomalies(List<Anomaly> anomalies, List<Deduction> found) {
    double points = 0;
    var metrics = new ArrayList<String>();
    for (var anomaly : anomalies) {
      points += anomaly.severity() == Severity.CRITICAL ? FOR_CRITICAL : FOR_WARNING;
      metrics.add(anomaly.metric());
    }
    add(
        found,
        "anomalies",
        Math.min(MOST_FOR_ANOMALIES, points),
        "Unusual now: %s.",
        String.join(", ", metrics));
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static void add(
      List<Deduction> found, String part, double points, String why, Object... figures) {
    if (points > 0) {
      found.add(new Deduction(part, points, String.format(Locale.ROOT, why, figures)));
    }
  }
}
