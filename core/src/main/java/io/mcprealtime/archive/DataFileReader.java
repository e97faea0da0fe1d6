package io.mcprealtime.archive;

import io.mcprealtime.wire.WireJson;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a file of an export back, and proves that it is what its manifest says. */
final class DataFileReader {
  private static final int BUFFER = 1 << 16;

  /** A record takes less; a file that is none of ours must not fill the memory. */
  private static final int MAX_LINE_BYTES = 16 << 20;

  private DataFileReader() {}

  /** Takes a record and the number of its line, from 1. */
  interface Sink<T> {
    void accept(T value, long line);
  }

  /** Why a file cannot be used, and at which line where that is known. */
  static final class FaultException extends Exception {
    private static final long serialVersionUID = 1;

    private final long line;

    FaultException(long line, String message, @Nullable Throwable cause) {
      super(message, cause);
      this.line = line;
    }

    /** From 1; 0 when it concerns the whole file. */
    long line() {
      return line;
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /** Checks size, checksum, every record and their number. */
  static void check(Path file, Manifest.Entry entry) throws FaultException {
    try {
      long size = Files.size(file);
      if (size != entry.fileBytes()) {
        throw new FaultException(
            0, "has %d bytes where the manifest has %d".formatted(size, entry.fileBytes()), null);
      }
      String sha256 = Checksums.ofFile(file);
      if (!sha256.equals(entry.sha256())) {
        throw new FaultException(
            0,
            "is damaged: its SHA-256 is %s where the manifest has %s"
                .formatted(sha256, entry.sha256()),
            null);
      }
    } catch (NoSuchFileException e) {
      throw new FaultException(0, "is missing", e);
    } catch (IOException e) {
      throw new FaultException(0, "cannot be read: " + e, e);
    }
    long records =
        entry.format() == ExportFormat.CSV
            ? countRows(file, entry)
            : forEach(file, entry, Records.of(entry.kind()), (value, line) -> {});
    if (records != entry.records()) {
      throw new FaultException(
          0,
          "holds %d records where the manifest has %d".formatted(records, entry.records()),
          null);
    }
  }

  /** Hands each record to the sink, no more than the manifest has; answers how many there were. */
  static <T> long forEach(Path file, Manifest.Entry entry, Records<T> records, Sink<? super T> sink)
      throws FaultException {
    long line = 0;
    try (var in = open(file, entry.rawBytes())) {
      for (String text = readLine(in, line + 1); text != null; text = readLine(in, line + 1)) {
        line++;
        if (line > entry.records()) {
          throw new FaultException(
              line, "is beyond the %d records of the manifest".formatted(entry.records()), null);
        }
        T value;
        try {
          value = records.fromJson().apply(WireJson.parse(text));
        } catch (IllegalArgumentException e) {
          throw new FaultException(line, String.valueOf(e.getMessage()), e);
        }
        sink.accept(value, line);
      }
      return line;
    } catch (TooLongException e) {
      throw new FaultException(line + 1, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new FaultException(line + 1, "cannot be decompressed: " + e.getMessage(), e);
    }
  }

  private static long countRows(Path file, Manifest.Entry entry) throws FaultException {
    try (var in = open(file, entry.rawBytes())) {
      return Csv.countRows(in);
    } catch (IOException e) {
      throw new FaultException(0, "cannot be read back: " + e.getMessage(), e);
    }
  }

  private static InputStream open(Path file, long maxBytes) throws IOException {
    var unpacked = new GZIPInputStream(Files.newInputStream(file), BUFFER);
    return new BufferedInputStream(new Bounded(unpacked, maxBytes), BUFFER);
  }

  private static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    private TooLongException(long maxBytes) {
      super("is beyond the %d bytes of the manifest".formatted(maxBytes));
    }
  }

  /** Some bytes of a compressed file can become any number of them. */
  private static final class Bounded extends FilterInputStream {
    private final long maxBytes;
    private long read;

    private Bounded(InputStream in, long maxBytes) {
      super(in);
      this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
      return counted(in.read(), 1);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = in.read(bytes, offset, length);
      return counted(count, count);
    }

    private int counted(int result, int count) throws IOException {
      read += result < 0 ? 0 : count;
      if (read > maxBytes) {
        throw new TooLongException(maxBytes);
      }
      return result;
    }
  }

  private static @Nullable String readLine(InputStream in, long line)
      throws IOException, FaultException {
    var bytes = new ByteArrayOutputStream(512);
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      bytes.write(next);
      if (bytes.size() > MAX_LINE_BYTES) {
        throw new FaultException(
            line, "the line is longer than %d bytes".formatted(MAX_LINE_BYTES), null);
      }
      next = in.read();
    }
    if (next < 0) {
      throw new FaultException(line, "the line has no end", null);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
