package io.mcprealtime.analysis;

import io.mcprealtime.Severity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An anomaly of one metric that goes on. */
final class Episode {
  /** So many values outside make it one to tell of; fewer are a spike, which is only listed. */
  private static final int CONFIRMED = 3;

  /** From that score on it is critical, once confirmed. */
  private static final double CRITICAL_SCORE = 4;

  private final Metric metric;
  private final Instant since;
  private final double low;
  private final double high;
  private double worst;
  private double worstScore;
  private int outside;
  private boolean told;

  /**
   * @param low of what was expected when it began, in the metric's unit
   * @param high of what was expected when it began, in the metric's unit
   */
  Episode(Metric metric, Instant since, double low, double high, double value) {
    this.metric = metric;
    this.since = since;
    this.low = low;
    this.high = high;
    this.worst = value;
  }

  /**
   * Takes another value.
   *
   * @return whether it is confirmed by this one
   */
  boolean extend(double value, double score) {
    if (score >= 1 || distance(value) > 0) {
      outside++;
    }
    if (score > worstScore) {
      worstScore = score;
    }
    if (distance(value) > distance(worst)) {
      worst = value;
    }
    boolean confirmed = !told && outside >= CONFIRMED;
    told |= confirmed;
    return confirmed;
  }

  private double distance(double value) {
    return Math.max(low - value, value - high);
  }

  boolean isTold() {
    return told;
  }

  private Severity severity() {
    return told && worstScore >= CRITICAL_SCORE ? Severity.CRITICAL : Severity.WARNING;
  }

  /** The anomaly as it is now. */
  Anomaly open() {
    return anomaly(null, sentence());
  }

  /** The anomaly, ended by a value, which is the new usual when it is as unusual as before. */
  Anomaly end(Instant at, double value) {
    var stays = distance(value) > 0 ? " It stays so, which is usual from now on." : "";
    return anomaly(at, sentence() + stays);
  }

  private String sentence() {
    return "%s %s %s where %s to %s was usual."
        .formatted(
            metric.title(),
            worst < low ? "fell to" : "reached",
            metric.text(worst),
            metric.text(low),
            metric.text(high));
  }

  private Anomaly anomaly(@Nullable Instant until, String sentence) {
    return new Anomaly(
        metric.wireName(), severity(), since, until, worst, low, high, worstScore, sentence);
  }

  void save(DataOutputStream out) throws IOException {
    out.writeLong(since.toEpochMilli());
    out.writeDouble(low);
    out.writeDouble(high);
    out.writeDouble(worst);
    out.writeDouble(worstScore);
    out.writeInt(outside);
    out.writeBoolean(told);
  }

  static Episode restore(Metric metric, DataInputStream in) throws IOException {
    var episode =
        new Episode(
            metric,
            Instant.ofEpochMilli(in.readLong()),
            in.readDouble(),
            in.readDouble(),
            in.readDouble());
    episode.worstScore = in.readDouble();
    episode.outside = in.readInt();
    episode.told = in.readBoolean();
    return episode;
  }
}
