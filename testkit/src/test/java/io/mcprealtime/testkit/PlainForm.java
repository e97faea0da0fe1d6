package io.mcprealtime.testkit;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerMetrics;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;

/** Records one after the other in plain binary, deflated: what packing is compared with. */
final class PlainForm {
  private PlainForm() {}

  static int deflatedSize(List<?> records) {
    var bytes = new ByteArrayOutputStream();
    try (var out =
        new DataOutputStream(
            new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION)))) {
      for (var record : records) {
        if (record instanceof ServerMetrics sample) {
          write(out, sample);
        } else if (record instanceof HealthCheck check) {
          write(out, check);
        } else if (record instanceof Rollup rollup) {
          write(out, rollup);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.size();
  }

  private static void write(DataOutputStream out, ServerMetrics sample) throws IOException {
    out.writeLong(sample.at().toEpochMilli());
    out.writeByte(sample.state().ordinal());
    out.writeByte(sample.circuit().ordinal());
    write(out, sample.responseTime());
    write(out, sample.successRate());
    write(out, sample.errorRate());
    write(out, sample.requestCount());
    write(out, sample.errorCount());
    out.writeInt(sample.uptime() == null ? -1 : (int) sample.uptime().toSeconds());
    write(out, sample.memoryBytes());
    write(out, sample.lastError());
    write(out, sample.sessionId());
  }

  private static void write(DataOutputStream out, HealthCheck check) throws IOException {
    out.writeLong(check.at().toEpochMilli());
    out.writeByte(check.state().ordinal());
    write(out, check.responseTime());
    write(out, check.reason());
    for (var stage : check.stages()) {
      out.writeByte(stage.stage().ordinal());
      out.writeByte(stage.verdict().ordinal());
      write(out, stage.time());
      write(out, stage.detail());
    }
    out.writeByte(check.era() == null ? -1 : check.era().ordinal());
    write(out, check.protocolVersion());
    write(out, check.serverName());
    out.writeInt(check.toolCount() == null ? -1 : check.toolCount());
  }

  private static void write(DataOutputStream out, Rollup rollup) throws IOException {
    out.writeLong(rollup.start().toEpochMilli());
    for (var entry : rollup.stateCounts().entrySet()) {
      out.writeByte(entry.getKey().ordinal());
      out.writeInt(entry.getValue());
    }
    out.writeLong(rollup.requestCount());
    out.writeLong(rollup.errorCount());
    write(out, rollup.responseTimeSum());
    write(out, rollup.minResponseTime());
    write(out, rollup.maxResponseTime());
    out.write(rollup.latency().encode());
  }

  private static void write(DataOutputStream out, @Nullable Duration time) throws IOException {
    out.writeInt(time == null ? -1 : (int) (time.toNanos() / 1_000));
  }

  private static void write(DataOutputStream out, @Nullable Double value) throws IOException {
    out.writeDouble(value == null ? Double.NaN : value);
  }

  private static void write(DataOutputStream out, @Nullable Long value) throws IOException {
    out.writeLong(value == null ? -1 : value);
  }

  private static void write(DataOutputStream out, @Nullable String text) throws IOException {
    out.writeUTF(text == null ? "" : text);
  }
}
