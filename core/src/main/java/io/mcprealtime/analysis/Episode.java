package io.mcprealtime.analysis;

import io.mcprealtime.Severity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An anomaly of one metric that goes on. Values are scaled as its detector sees them. */
final class Episode {
  /** So many values outside make it one to tell of; fewer are a spike, which is only listed. */
  private static final int CONFIRMED = 3;

  /** Where the mean was outside so many values must be, and two thirds of all since. */
  private static final int CONFIRMED_BY_LEVEL = 6;

  /** From that score on it is critical, once confirmed, if it is far enough outside too. */
  private static final double CRITICAL_SCORE = 4;

  /** Twice what was expected, or half of it. */
  private static final double CRITICAL_DISTANCE = Math.log(2);

  private final Metric metric;
  private final Instant since;
  private final boolean byLevel;
  private final double low;
  private final double high;
  private double worst;
  private double worstScore;
  private int values;
  private int outside;
  private @Nullable Severity told;

  /**
   * @param byLevel whether the mean of the last values was outside, and not a value
   * @param low of what was expected of that when it began
   * @param high of what was expected of that when it began
   * @param first that value or mean
   */
  Episode(Metric metric, Instant since, boolean byLevel, double low, double high, double first) {
    this.metric = metric;
    this.since = since;
    this.byLevel = byLevel;
    this.low = low;
    this.high = high;
    this.worst = first;
  }

  /**
   * Takes another value.
   *
   * @param level the mean of the last ones
   * @return whether there is something to tell: it is confirmed, or critical, by this one
   */
  boolean extend(double value, double level, double score) {
    values++;
    outside += distance(value) > 0 ? 1 : 0;
    worstScore = Math.max(worstScore, score);
    double judged = judged(value, level);
    if (distance(judged) > distance(worst)) {
      worst = judged;
    }
    boolean confirmed =
        byLevel ? outside >= CONFIRMED_BY_LEVEL && 3 * outside >= 2 * values : outside >= CONFIRMED;
    boolean critical = worstScore >= CRITICAL_SCORE && distance(worst) >= CRITICAL_DISTANCE;
    var before = told;
    if (confirmed || told != null) {
      told = critical ? Severity.CRITICAL : Severity.WARNING;
    }
    return told != before;
  }

  private double judged(double value, double level) {
    return byLevel ? level : value;
  }

  /** Whether what it was found by is still outside. */
  boolean isOutside(double value, double level) {
    return distance(judged(value, level)) > 0;
  }

  private double distance(double value) {
    return Math.max(low - value, value - high);
  }

  boolean isTold() {
    return told != null;
  }

  /** The anomaly as it is now. */
  Anomaly open() {
    return anomaly(null, sentence());
  }

  /** The anomaly, ended. */
  Anomaly end(Instant at) {
    return anomaly(at, sentence());
  }

  /** The anomaly, ended as it has lasted so long that it is usual. */
  Anomaly accept(Instant at) {
    return anomaly(at, sentence() + " It stays so, which is usual from now on.");
  }

  private String sentence() {
    return "%s%s %s %s where %s to %s was usual."
        .formatted(
            metric.title(),
            byLevel ? " of the last " + RecentValues.SPAN + " samples" : "",
            worst < low ? "fell to" : "reached",
            metric.text(metric.unscaled(worst)),
            metric.text(metric.unscaled(low)),
            metric.text(metric.unscaled(high)));
  }

  private Anomaly anomaly(@Nullable Instant until, String sentence) {
    return new Anomaly(
        metric.wireName(),
        told == null ? Severity.WARNING : told,
        since,
        until,
        metric.unscaled(worst),
        metric.unscaled(low),
        metric.unscaled(high),
        worstScore,
        sentence);
  }

  void save(DataOutputStream out) throws IOException {
    out.writeLong(since.toEpochMilli());
    out.writeBoolean(byLevel);
    out.writeDouble(low);
    out.writeDouble(high);
    out.writeDouble(worst);
    out.writeDouble(worstScore);
    out.writeInt(values);
    out.writeInt(outside);
    out.writeUTF(told == null ? "" : told.name());
  }

  static Episode restore(Metric metric, DataInputStream in) throws IOException {
    var episode =
        new Episode(
            metric,
            Instant.ofEpochMilli(in.readLong()),
            in.readBoolean(),
            in.readDouble(),
            in.readDouble(),
            in.readDouble());
    episode.worstScore = in.readDouble();
    episode.values = in.readInt();
    episode.outside = in.readInt();
    String told = in.readUTF();
    episode.told = told.isEmpty() ? null : Severity.valueOf(told);
    return episode;
  }
}
