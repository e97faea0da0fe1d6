package io.mcprealtime.spool;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What stands before a frame's body: 37 bytes with a checksum of their own, so that a damaged
 * length is not believed.
 *
 * @param kind code of its kind
 * @param records in the body
 * @param length of the body, bytes
 * @param fromMillis instant of its earliest record
 * @param toMillis instant of its latest record
 * @param bodyCrc CRC-32C of the body
 */
record FrameHeader(int kind, int records, int length, long fromMillis, long toMillis, int bodyCrc) {
  static final int MAGIC = 0x4D435046;
  static final int BYTES = 37;

  private static final int CHECKED = BYTES - Integer.BYTES;

  byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    var out = ByteBuffer.wrap(bytes);
    out.putInt(MAGIC).put((byte) kind).putInt(records).putInt(length);
    out.putLong(fromMillis).putLong(toMillis).putInt(bodyCrc);
    out.putInt(crc(bytes, 0, CHECKED));
    return bytes;
  }

  /** The header at an offset; empty when none is whole there. */
  static Optional<FrameHeader> read(byte[] bytes, int offset) {
    if (offset + BYTES > bytes.length) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes, offset, BYTES);
    if (in.getInt() != MAGIC) {
      return Optional.empty();
    }
    var header =
        new FrameHeader(
            in.get(), in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getInt());
    boolean whole = in.getInt() == crc(bytes, offset, CHECKED);
    return whole && header.length >= 0 && RecordKind.ofCode(header.kind).isPresent()
        ? Optional.of(header)
        : Optional.empty();
  }

  /** Whether its body follows whole. */
  boolean fits(byte[] bytes, int offset) {
    int body = offset + BYTES;
    return length <= bytes.length - body && crc(bytes, body, length) == bodyCrc;
  }

  /** Bytes of the frame, header and body. */
  int size() {
    return BYTES + length;
  }

  static int crc(byte[] bytes, int offset, int length) {
    var crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
