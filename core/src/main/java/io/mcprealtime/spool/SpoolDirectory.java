package io.mcprealtime.spool;

import static java.util.Comparator.comparing;

import io.mcprealtime.ServerId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The spool's directory: held by one process, read back when it is opened. */
final class SpoolDirectory implements AutoCloseable {
  private static final Pattern SEGMENT = Pattern.compile("(\\d{16})" + Segment.SUFFIX);

  /**
   * Directories that this process holds. A second channel to a lock file must not even be opened:
   * POSIX drops a process's locks of a file when any of its channels to it is closed.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lockFile;

  private SpoolDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /** A frame that was found, and the segment that it was found in. */
  record Found(Segment segment, SegmentScan.Found frame) {
    Map<ServerId, Instant> newest() {
      return frame.newest();
    }
  }

  /**
   * What was read back.
   *
   * @param findings what was wrong, in words
   */
  record Content(List<Segment> segments, List<Found> frames, List<String> findings) {}

  /** Takes the directory for this process. */
  static SpoolDirectory lock(Path path) {
    FileChannel channel = null;
    Path real = null;
    try {
      Files.createDirectories(path);
      real = path.toRealPath();
      if (HELD.add(real)) {
        channel =
            FileChannel.open(
                real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.tryLock();
        if (lock != null) {
          return new SpoolDirectory(real, channel);
        }
        release(real, channel);
      }
    } catch (IOException e) {
      release(real, channel);
      throw new SpoolException(
          "the spool directory %s cannot be used: %s; make it writable, or choose another with spool.directory"
              .formatted(path, e),
          e);
    }
    throw new SpoolException(
        "the spool directory %s is in use by another process; stop that one, or give each a directory of its own with spool.directory"
            .formatted(path),
        null);
  }

  private static void release(@Nullable Path held, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The lock ends with the process.
    }
    if (held != null) {
      HELD.remove(held);
    }
  }

  Path path() {
    return path;
  }

  /** Reads every segment, cuts off torn ends and keeps damaged parts aside. */
  Content read() {
    var segments = new ArrayList<Segment>();
    var frames = new ArrayList<Found>();
    var findings = new ArrayList<String>();
    try (var files = Files.list(path)) {
      var sorted =
          files
              .filter(file -> SEGMENT.matcher(file.getFileName().toString()).matches())
              .sorted(comparing(file -> file.getFileName().toString()))
              .toList();
      for (var file : sorted) {
        var name = file.getFileName().toString();
        long number = Long.parseLong(name.substring(0, name.length() - Segment.SUFFIX.length()));
        byte[] bytes = Files.readAllBytes(file);
        var scan = SegmentScan.of(bytes);
        keepAside(file, bytes, scan, findings);
        if (scan.torn() < bytes.length) {
          cut(file, bytes.length, scan.torn(), findings);
        }
        if (scan.frames().isEmpty()) {
          Files.delete(file);
          continue;
        }
        var segment = new Segment(file, number, scan.torn());
        segments.add(segment);
        scan.frames().forEach(frame -> frames.add(new Found(segment, frame)));
      }
    } catch (IOException e) {
      throw new SpoolException("the spool in %s cannot be read: %s".formatted(path, e), e);
    }
    return new Content(segments, frames, findings);
  }

  private static void cut(Path file, int length, int end, List<String> findings)
      throws IOException {
    try (var open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(end);
    }
    findings.add(
        "%s ended in a frame that was not written to its end; %d bytes that nobody was promised were cut off"
            .formatted(file, length - end));
  }

  /** A part that is kept aside already was told of before. */
  private static void keepAside(Path file, byte[] bytes, SegmentScan scan, List<String> findings)
      throws IOException {
    for (var part : scan.damaged()) {
      byte[] damaged = Arrays.copyOfRange(bytes, part.from(), part.to());
      var aside = aside(file, part.from(), "damaged");
      if (!Files.exists(aside) || !Arrays.equals(Files.readAllBytes(aside), damaged)) {
        // The segment still has it, until its frames are stored.
        Files.write(aside, damaged);
        findings.add(
            "%s is damaged: %d bytes from %d on are no frame and are kept in %s; the frames after them are used"
                .formatted(file, damaged.length, part.from(), aside));
      }
    }
  }

  /** The file beside a segment for what lay there: {@code …-4711.rejected}. */
  static Path aside(Path segment, long offset, String why) {
    var name = segment.getFileName().toString();
    return segment.resolveSibling(
        "%s-%d.%s"
            .formatted(name.substring(0, name.length() - Segment.SUFFIX.length()), offset, why));
  }

  /** Writes a file that is there whole or not at all, and is on disk when this returns. */
  static void write(Path file, byte[] bytes) throws IOException {
    var partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.write(partial, bytes);
    try (var open = FileChannel.open(partial, StandardOpenOption.WRITE)) {
      open.force(true);
    }
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() {
    release(path, lockFile);
  }
}
