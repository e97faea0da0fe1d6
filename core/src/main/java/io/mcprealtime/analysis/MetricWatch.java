package io.mcprealtime.analysis;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Follows one metric of one server, and joins what its detector says into anomalies. */
final class MetricWatch {
  /** A metric that is not measured for so long says nothing of now. */
  static final Duration SILENT = Duration.ofHours(1);

  private final Metric metric;
  private final BandDetector detector;
  private @Nullable Episode episode;
  private Instant last = Instant.EPOCH;

  MetricWatch(Metric metric) {
    this(metric, metric.detector());
  }

  private MetricWatch(Metric metric, BandDetector detector) {
    this.metric = metric;
    this.detector = detector;
  }

  /** Judges a value in the metric's unit, then learns it. */
  void next(Instant at, double value, Findings findings) {
    last = at;
    double scaled = metric.scaled(value);
    var verdict = detector.next(at, scaled);
    var open = episode;
    if (verdict.onset() && open == null) {
      boolean byLevel = detector.isByLevel();
      open =
          byLevel
              ? new Episode(
                  metric, at, true, detector.leftLow(), detector.leftHigh(), detector.level())
              : new Episode(metric, at, false, verdict.low(), verdict.high(), scaled);
      episode = open;
    }
    if (open == null) {
      return;
    }
    if (!verdict.active()) {
      boolean stays = open.isOutside(scaled, detector.level());
      end(stays ? open.accept(at) : open.end(at), open, findings);
    } else if (open.extend(scaled, detector.level(), verdict.score())) {
      findings.began(open.open());
    }
  }

  /** Ends an anomaly when the metric is measured no more. */
  void endIfSilent(Instant now, Findings findings) {
    if (episode != null && last.isBefore(now.minus(SILENT))) {
      end(findings);
    }
  }

  /** Ends an anomaly, as there is nothing to be said of the metric any more. */
  void end(Findings findings) {
    if (episode != null) {
      boolean told = episode.isTold();
      end(episode.end(last), episode, findings);
      if (told) {
        detector.forgive();
      }
    }
  }

  private void end(Anomaly ended, Episode open, Findings findings) {
    findings.ended(ended, open.isTold());
    if (!open.isTold()) {
      // A spike must not keep quiet what comes after it.
      detector.forgive();
    }
    episode = null;
  }

  /** The anomaly that goes on; null when there is none. */
  @Nullable Anomaly open() {
    return episode == null ? null : episode.open();
  }

  /** The anomaly that goes on and is confirmed; null when there is none. */
  @Nullable Anomaly confirmed() {
    return episode == null || !episode.isTold() ? null : episode.open();
  }

  void save(DataOutputStream out) throws IOException {
    byte[] state = detector.save();
    out.writeInt(state.length);
    out.write(state);
    out.writeLong(last.toEpochMilli());
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
    watch.last = Instant.ofEpochMilli(in.readLong());
    if (in.readBoolean()) {
      watch.episode = Episode.restore(metric, in);
    }
    return watch;
  }
}
