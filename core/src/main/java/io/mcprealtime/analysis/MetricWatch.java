package io.mcprealtime.analysis;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Follows one metric of one server, and joins what its detector says into anomalies. */
final class MetricWatch {
  private final Metric metric;
  private final BandDetector detector;
  private @Nullable Episode episode;

  MetricWatch(Metric metric) {
    this(metric, metric.detector());
  }

  private MetricWatch(Metric metric, BandDetector detector) {
    this.metric = metric;
    this.detector = detector;
  }

  /** Judges a value in the metric's unit, then learns it. */
  void next(Instant at, double value, Findings findings) {
    var verdict = detector.next(at, metric.scaled(value));
    if (verdict.onset() && episode == null) {
      episode =
          new Episode(
              metric, at, metric.unscaled(verdict.low()), metric.unscaled(verdict.high()), value);
    }
    var open = episode;
    if (open == null) {
      return;
    }
    if (verdict.active()) {
      if (open.extend(value, verdict.score())) {
        findings.began(open.open());
      }
      return;
    }
    episode = null;
    findings.ended(open.end(at, value), open.isTold());
  }

  /** The anomaly that goes on; null when there is none. */
  @Nullable Anomaly open() {
    return episode == null ? null : episode.open();
  }

  void save(DataOutputStream out) throws IOException {
    byte[] state = detector.save();
    out.writeInt(state.length);
    out.write(state);
    out.writeBoolean(episode != null);
    if (episode != null) {
      episode.save(out);
    }
  }

  static MetricWatch restore(Metric metric, DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > BandDetector.MOST_BYTES) {
      throw new IOException("a detector's state has " + length + " bytes");
    }
    var watch = new MetricWatch(metric, metric.detector().restored(in.readNBytes(length)));
    if (in.readBoolean()) {
      watch.episode = Episode.restore(metric, in);
    }
    return watch;
  }
}
