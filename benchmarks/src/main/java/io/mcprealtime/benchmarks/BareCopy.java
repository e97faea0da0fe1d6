package io.mcprealtime.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.ServerMetrics;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The yardstick: encodes rows into the binary COPY format and sends them over one connection, each
 * batch committed by itself. Encoding is part of it, as every client has to do it.
 */
final class BareCopy implements Ingest.Contender {
  private static final String SQL =
      "copy mcp_realtime.samples (at, request_count, error_count, memory_bytes, success_rate,"
          + " error_rate, server_key, response_us, uptime_s, state, circuit, last_error,"
          + " session_id) from stdin (format binary)";
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final short FIELDS = 13;
  private static final int MAX_ROW_BYTES = 8_192;
  private static final long EPOCH_MICROS = 946_684_800_000_000L;

  private final String name;
  private final int commitRows;
  private final Connection connection;
  private final ServerKeyMap keys = new ServerKeyMap();
  private final ByteBuffer buffer;
  private List<List<ServerMetrics>> batches = List.of();

  private BareCopy(String name, int commitRows, Connection connection) {
    this.name = name;
    this.commitRows = commitRows;
    this.connection = connection;
    this.buffer = ByteBuffer.allocate(MAX_ROW_BYTES * 1_000 + commitRows * 200);
  }

  static BareCopy of(TestBed bed, String name, int commitRows) throws SQLException {
    return new BareCopy(name, commitRows, bed.connect());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare(List<List<ServerMetrics>> given) throws SQLException {
    keys.learn(connection, given);
    var all = given.stream().flatMap(List::stream).toList();
    var regrouped = new ArrayList<List<ServerMetrics>>();
    for (int i = 0; i < all.size(); i += commitRows) {
      regrouped.add(all.subList(i, Math.min(all.size(), i + commitRows)));
    }
    batches = regrouped;
  }

  @Override
  public void ingest() throws SQLException {
    var copies = connection.unwrap(PGConnection.class).getCopyAPI();
    for (var batch : batches) {
      buffer.clear();
      buffer.put(HEADER);
      for (var sample : batch) {
        encode(sample);
      }
      buffer.putShort((short) -1);
      var copy = copies.copyIn(SQL);
      copy.writeToCopy(buffer.array(), 0, buffer.position());
      copy.endCopy();
    }
  }

  private void encode(ServerMetrics sample) {
    var at = sample.at();
    var responseTime = sample.responseTime();
    var uptime = sample.uptime();
    buffer.putShort(FIELDS);
    buffer.putInt(8).putLong(at.toEpochMilli() * 1_000 - EPOCH_MICROS);
    int8(sample.requestCount());
    int8(sample.errorCount());
    int8(sample.memoryBytes());
    float8(sample.successRate());
    float8(sample.errorRate());
    buffer.putInt(4).putInt(keys.of(sample.server()));
    if (responseTime == null) {
      buffer.putInt(-1);
    } else {
      buffer.putInt(4).putInt((int) (responseTime.toNanos() / 1_000));
    }
    if (uptime == null) {
      buffer.putInt(-1);
    } else {
      buffer.putInt(4).putInt((int) uptime.toSeconds());
    }
    buffer.putInt(2).putShort(TableCodes.of(sample.state()));
    buffer.putInt(2).putShort(TableCodes.of(sample.circuit()));
    text(sample.lastError());
    text(sample.sessionId());
  }

  private void int8(@Nullable Long value) {
    if (value == null) {
      buffer.putInt(-1);
    } else {
      buffer.putInt(8).putLong(value);
    }
  }

  private void float8(@Nullable Double value) {
    if (value == null) {
      buffer.putInt(-1);
    } else {
      buffer.putInt(8).putDouble(value);
    }
  }

  private void text(@Nullable String value) {
    if (value == null) {
      buffer.putInt(-1);
    } else {
      var bytes = value.getBytes(UTF_8);
      buffer.putInt(bytes.length).put(bytes);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
