package io.mcprealtime.pack;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.zip.CRC32C;

/** The frame of every chunk: version, CRC-32C of all that follows it, record count, columns. */
final class Chunk {
  /** Records that a chunk holds at most: a bound on what hostile bytes can ask for. */
  static final int MAX_RECORDS = 100_000;

  private static final byte VERSION = 1;
  private static final int HEADER = 1 + Integer.BYTES;
  private static final int COUNT_BITS = 17;

  private Chunk() {}

  static <T> void check(String what, List<T> records, Function<T, Instant> at) {
    if (records.isEmpty() || records.size() > MAX_RECORDS) {
      throw new IllegalArgumentException(
          "a chunk holds 1 to %d %s, not %d".formatted(MAX_RECORDS, what, records.size()));
    }
    for (int i = 1; i < records.size(); i++) {
      var before = at.apply(records.get(i - 1));
      var after = at.apply(records.get(i));
      if (!before.isBefore(after)) {
        throw new IllegalArgumentException(
            "%s of a chunk must ascend in time; %s comes after %s".formatted(what, after, before));
      }
    }
  }

  static RangeEncoder begin(int count) {
    var encoder = new RangeEncoder();
    encoder.plain(count, COUNT_BITS);
    return encoder;
  }

  static byte[] seal(RangeEncoder encoder) {
    byte[] payload = encoder.finish();
    return ByteBuffer.allocate(HEADER + payload.length)
        .put(VERSION)
        .putInt(crc(payload, 0))
        .put(payload)
        .array();
  }

  static <T> List<T> open(byte[] chunk, BiFunction<RangeDecoder, Integer, List<T>> columns) {
    if (chunk.length < HEADER) {
      throw new DamagedChunkException(
          "a chunk has at least %d bytes, this one has %d".formatted(HEADER, chunk.length));
    }
    if (chunk[0] != VERSION) {
      throw new DamagedChunkException(
          "chunk version %d is not known; this release reads version %d"
              .formatted(chunk[0], VERSION));
    }
    if (ByteBuffer.wrap(chunk).getInt(1) != crc(chunk, HEADER)) {
      throw new DamagedChunkException(
          "the checksum of a chunk of %d bytes is wrong: it was changed or cut after it was written"
              .formatted(chunk.length));
    }
    try {
      var decoder = new RangeDecoder(chunk, HEADER);
      int count = (int) decoder.plain(0, COUNT_BITS);
      if (count == 0 || count > MAX_RECORDS) {
        throw new DamagedChunkException(
            "a chunk holds 1 to %d records, not %d".formatted(MAX_RECORDS, count));
      }
      return columns.apply(decoder, count);
    } catch (DamagedChunkException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new DamagedChunkException(
          "a chunk of %d bytes holds no such records: %s".formatted(chunk.length, e.getMessage()),
          e);
    }
  }

  private static int crc(byte[] bytes, int from) {
    var crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }
}
