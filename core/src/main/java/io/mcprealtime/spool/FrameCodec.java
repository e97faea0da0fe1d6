package io.mcprealtime.spool;

import io.mcprealtime.ServerId;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The bytes of a frame. Its body is one deflated stream: each server with the instant of its newest
 * record, then the records as JSON lines. So the index of a large spool is read without its
 * records.
 */
final class FrameCodec {
  private FrameCodec() {}

  /** A frame ready to be written. */
  static final class Encoded {
    private final FrameHeader header;
    private final Map<ServerId, Instant> newest;
    private final byte[] bytes;

    private Encoded(FrameHeader header, Map<ServerId, Instant> newest, byte[] bytes) {
      this.header = header;
      this.newest = newest;
      this.bytes = bytes;
    }

    FrameHeader header() {
      return header;
    }

    Map<ServerId, Instant> newest() {
      return newest;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  static <T> Encoded encode(RecordKind<T> kind, List<T> records) {
    var newest = new HashMap<ServerId, Instant>();
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    for (var value : records) {
      var at = kind.at(value);
      var server = kind.server(value);
      from = Math.min(from, at.toEpochMilli());
      to = Math.max(to, at.toEpochMilli());
      if (server != null) {
        newest.merge(server, at, (one, other) -> one.isAfter(other) ? one : other);
      }
    }
    byte[] body = body(kind, records, newest);
    var header =
        new FrameHeader(
            kind.code(),
            records.size(),
            body.length,
            from,
            to,
            FrameHeader.crc(body, 0, body.length));
    byte[] frame = Arrays.copyOf(header.bytes(), header.size());
    System.arraycopy(body, 0, frame, FrameHeader.BYTES, body.length);
    return new Encoded(header, newest, frame);
  }

  private static <T> byte[] body(
      RecordKind<T> kind, List<T> records, Map<ServerId, Instant> newest) {
    var bytes = new ByteArrayOutputStream();
    var deflater = new Deflater(Deflater.BEST_SPEED);
    try (var out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater, 1 << 13))) {
      out.writeInt(newest.size());
      for (var entry : newest.entrySet()) {
        out.writeUTF(entry.getKey().value());
        out.writeLong(entry.getValue().toEpochMilli());
      }
      for (var value : records) {
        out.write(kind.write(value).getBytes(StandardCharsets.UTF_8));
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  private static DataInputStream inflated(byte[] bytes, int offset, int length) {
    return new DataInputStream(
        new InflaterInputStream(new ByteArrayInputStream(bytes, offset, length)));
  }

  /** The servers of a body that lies there, each with the instant of its newest record. */
  static Map<ServerId, Instant> newest(byte[] bytes, int offset, int length) {
    try (var in = inflated(bytes, offset, length)) {
      return newest(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<ServerId, Instant> newest(DataInputStream in) throws IOException {
    var newest = new HashMap<ServerId, Instant>();
    for (int left = in.readInt(); left > 0; left--) {
      newest.put(ServerId.of(in.readUTF()), Instant.ofEpochMilli(in.readLong()));
    }
    return newest;
  }

  /** The records of a whole frame. */
  static <T> List<T> decode(RecordKind<T> kind, byte[] frame) {
    return lines(frame).stream().map(kind::read).toList();
  }

  /** The records of a whole frame, each as a line of JSON. */
  static List<String> lines(byte[] frame) {
    try (var in = inflated(frame, FrameHeader.BYTES, frame.length - FrameHeader.BYTES)) {
      newest(in);
      var lines = new ArrayList<String>();
      var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
