package io.mcprealtime.analysis;

import io.mcprealtime.Severity;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Anomalies and shifts as bytes of a watch's state. */
final class SavedAnomaly {
  private SavedAnomaly() {}

  static void write(DataOutputStream out, Anomaly anomaly) throws IOException {
    out.writeUTF(anomaly.metric());
    out.writeUTF(anomaly.severity().name());
    out.writeLong(anomaly.since().toEpochMilli());
    out.writeLong(anomaly.until() == null ? Long.MIN_VALUE : anomaly.until().toEpochMilli());
    out.writeDouble(anomaly.value());
    out.writeDouble(anomaly.expectedLow());
    out.writeDouble(anomaly.expectedHigh());
    out.writeDouble(anomaly.score() == null ? Double.NaN : anomaly.score());
    out.writeUTF(anomaly.sentence());
  }

  static Anomaly read(DataInputStream in) throws IOException {
    String metric = in.readUTF();
    var severity = Severity.valueOf(in.readUTF());
    var since = Instant.ofEpochMilli(in.readLong());
    long until = in.readLong();
    double value = in.readDouble();
    double low = in.readDouble();
    double high = in.readDouble();
    double score = in.readDouble();
    return new Anomaly(
        metric,
        severity,
        since,
        until == Long.MIN_VALUE ? null : Instant.ofEpochMilli(until),
        value,
        low,
        high,
        known(score),
        in.readUTF());
  }

  private static @Nullable Double known(double score) {
    return Double.isNaN(score) ? null : score;
  }

  static void write(DataOutputStream out, Shift shift) throws IOException {
    out.writeLong(shift.since().toEpochMilli());
    out.writeLong(shift.seenAt().toEpochMilli());
    out.writeDouble(shift.beforeMillis());
    out.writeDouble(shift.afterMillis());
    out.writeLong(shift.beforeSamples());
    out.writeLong(shift.afterSamples());
  }

  static Shift readShift(DataInputStream in) throws IOException {
    return new Shift(
        Instant.ofEpochMilli(in.readLong()),
        Instant.ofEpochMilli(in.readLong()),
        in.readDouble(),
        in.readDouble(),
        in.readLong(),
        in.readLong());
  }
}
