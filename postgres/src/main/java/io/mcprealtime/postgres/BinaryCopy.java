package io.mcprealtime.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the format of {@code COPY … (FORMAT binary)}: a header, then for each row the number of
 * its fields and for each field its length (−1 is null) and its bytes, big-endian. The server
 * checks each field's length against its column's type, so the methods must match the column types.
 */
final class BinaryCopy {
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** PostgreSQL counts from 2000-01-01. */
  private static final long EPOCH_SECONDS = 946_684_800;

  private final int fields;
  private byte[] buffer;
  private int size;

  /**
   * @param fields of each row
   * @param expectedRows the first size of the buffer; it grows
   */
  BinaryCopy(int fields, int expectedRows) {
    this.fields = fields;
    this.buffer = new byte[HEADER.length + 2 + Math.max(1, expectedRows) * (fields * 12 + 2)];
    System.arraycopy(HEADER, 0, buffer, 0, HEADER.length);
    size = HEADER.length;
  }

  /** Sends all rows with header and trailer, as one message; more rows may follow later. */
  void writeTo(CopyIn copy) throws SQLException {
    room(2);
    buffer[size] = (byte) 0xff;
    buffer[size + 1] = (byte) 0xff;
    copy.writeToCopy(buffer, 0, size + 2);
  }

  BinaryCopy row() {
    room(2);
    writeShort(fields);
    return this;
  }

  /** timestamptz. */
  BinaryCopy instant(Instant value) {
    long micros = (value.getEpochSecond() - EPOCH_SECONDS) * 1_000_000 + value.getNano() / 1_000;
    return int8(micros);
  }

  BinaryCopy int8(@Nullable Long value) {
    return value == null ? none() : int8(value.longValue());
  }

  BinaryCopy int8(long value) {
    room(12);
    writeInt(8);
    writeLong(value);
    return this;
  }

  BinaryCopy int4(@Nullable Integer value) {
    return value == null ? none() : int4(value.intValue());
  }

  BinaryCopy int4(int value) {
    room(8);
    writeInt(4);
    writeInt(value);
    return this;
  }

  /** A number of 4 bytes, if there is one. */
  BinaryCopy int4(long value, boolean present) {
    return present ? int4(Math.toIntExact(value)) : none();
  }

  BinaryCopy int2(short value) {
    room(6);
    writeInt(2);
    writeShort(value);
    return this;
  }

  BinaryCopy float8(@Nullable Double value) {
    return value == null ? none() : int8(Double.doubleToRawLongBits(value));
  }

  BinaryCopy uuid(UUID value) {
    room(20);
    writeInt(16);
    writeLong(value.getMostSignificantBits());
    writeLong(value.getLeastSignificantBits());
    return this;
  }

  /** text and json. */
  BinaryCopy text(@Nullable String value) {
    return value == null ? none() : bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  BinaryCopy bytes(byte[] value) {
    room(4 + value.length);
    writeInt(value.length);
    System.arraycopy(value, 0, buffer, size, value.length);
    size += value.length;
    return this;
  }

  BinaryCopy none() {
    room(4);
    writeInt(-1);
    return this;
  }

  private void room(int bytes) {
    if (buffer.length - size < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(Math.multiplyExact(buffer.length, 2), size + bytes));
    }
  }

  private void writeShort(int value) {
    buffer[size++] = (byte) (value >>> 8);
    buffer[size++] = (byte) value;
  }

  private void writeInt(int value) {
    INT.set(buffer, size, value);
    size += Integer.BYTES;
  }

  private void writeLong(long value) {
    LONG.set(buffer, size, value);
    size += Long.BYTES;
  }
}
