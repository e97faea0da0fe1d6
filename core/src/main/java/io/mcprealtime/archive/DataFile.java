package io.mcprealtime.archive;

import io.mcprealtime.storage.DataKind;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** One compressed file of an export while it is written, line by line. */
final class DataFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final FileChannel channel;
  private final MessageDigest digest = Checksums.sha256();
  private final OutputStream out;
  private long records;
  private long rawBytes;
  private @Nullable Instant from;
  private @Nullable Instant to;

  DataFile(Path path) throws IOException {
    this.path = path;
    this.channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    // Closing it must not close the channel: what was written is forced to the disk first.
    var file =
        new FilterOutputStream(Channels.newOutputStream(channel)) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
          }

          @Override
          public void close() throws IOException {
            flush();
          }
        };
    this.out =
        new BufferedOutputStream(
            new GZIPOutputStream(new DigestOutputStream(file, digest), BUFFER), BUFFER);
  }

  void heading(String line) throws IOException {
    write(line);
  }

  void add(String line, Instant at) throws IOException {
    write(line);
    records++;
    from = from == null || at.isBefore(from) ? at : from;
    to = to == null || at.isAfter(to) ? at : to;
  }

  private void write(String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    out.write(bytes);
    out.write('\n');
    rawBytes += bytes.length + 1L;
  }

  /** Ends the file on the disk and says what it holds; it has at least one record. */
  Manifest.Entry end(String name, DataKind kind, ExportFormat format) throws IOException {
    out.close();
    channel.force(true);
    channel.close();
    if (from == null || to == null) {
      throw new IllegalStateException("no record was added to " + path);
    }
    return new Manifest.Entry(
        name,
        kind,
        format,
        records,
        from,
        to,
        rawBytes,
        Files.size(path),
        Checksums.hex(digest.digest()));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
