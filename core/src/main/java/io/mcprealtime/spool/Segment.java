package io.mcprealtime.spool;

import io.mcprealtime.internal.FileTrees;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of frames, one after the other. Readers open it for each read: a reader that is
 * interrupted closes its channel, and must not close the one that is written with.
 */
final class Segment {
  static final String SUFFIX = ".segment";

  final Path file;
  final long number;

  /** What is on disk for certain. Changed under the spool's writing lock. */
  volatile long synced;

  /** Frames that wait, and readers at work. Guarded by the index. */
  int waiting;

  int readers;
  boolean active;

  /** Whether it holds what is nowhere else and could not be handed out, and so must stay. */
  boolean kept;

  private @Nullable FileChannel channel;

  Segment(Path file, long number, long bytes) {
    this.file = file;
    this.number = number;
    this.synced = bytes;
  }

  static Path file(Path directory, long number) {
    return directory.resolve(String.format(Locale.ROOT, "%016d%s", number, SUFFIX));
  }

  /** A new file to append to. */
  static Segment create(Path directory, long number) throws IOException {
    var file = file(directory, number);
    var segment = new Segment(file, number, 0);
    segment.channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    segment.active = true;
    try {
      FileTrees.sync(directory);
    } catch (IOException e) {
      segment.seal();
      Files.deleteIfExists(file);
      throw e;
    }
    return segment;
  }

  /** Appends these and returns when they are on disk; on a failure nothing of them is left. */
  void append(List<byte[]> frames) throws IOException {
    var out = channel;
    if (out == null) {
      throw new IOException(file.getFileName() + " is not open for writing");
    }
    try {
      long position = synced;
      for (byte[] frame : frames) {
        var buffer = ByteBuffer.wrap(frame);
        while (buffer.hasRemaining()) {
          position += out.write(buffer, position);
        }
      }
      out.force(false);
      synced = position;
    } catch (IOException | RuntimeException | Error e) {
      cutTo(synced, e);
      throw e;
    }
  }

  /** What cannot be cut off was not acknowledged: read back after a restart it does no harm. */
  private void cutTo(long size, Throwable failure) {
    try (var file = new RandomAccessFile(this.file.toFile(), "rw")) {
      file.setLength(size);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  byte[] read(long offset, int length) throws IOException {
    try (var in = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[length];
      in.seek(offset);
      in.readFully(bytes);
      return bytes;
    }
  }

  /** Takes no more frames. */
  void seal() {
    var open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // What was acknowledged is synced already.
      }
    }
  }

  void delete() throws IOException {
    seal();
    Files.deleteIfExists(file);
  }
}
