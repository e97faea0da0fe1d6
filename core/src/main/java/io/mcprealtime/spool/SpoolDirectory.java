package io.mcprealtime.spool;

import static java.util.Comparator.comparing;

import io.mcprealtime.ServerId;
import io.mcprealtime.internal.FileTrees;
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

  /** A segment's file, or what was kept aside of one. */
  private static final Pattern NUMBERED = Pattern.compile("(\\d{16})[.-].*");

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
   * @param nextNumber of a segment that nothing here belongs to
   */
  record Content(
      List<Segment> segments, List<Found> frames, List<String> findings, long nextNumber) {}

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
    long nextNumber = 0;
    try (var files = Files.list(path)) {
      var sorted = files.sorted(comparing(file -> file.getFileName().toString())).toList();
      for (var file : sorted) {
        var name = file.getFileName().toString();
        var numbered = NUMBERED.matcher(name);
        if (!numbered.matches()) {
          continue;
        }
        long number = Long.parseLong(numbered.group(1));
        nextNumber = Math.max(nextNumber, number + 1);
        if (SEGMENT.matcher(name).matches()) {
          read(file, number, segments, frames, findings);
        }
      }
    } catch (IOException e) {
      throw new SpoolException("the spool in %s cannot be read: %s".formatted(path, e), e);
    }
    return new Content(segments, frames, findings, nextNumber);
  }

  private static void read(
      Path file, long number, List<Segment> segments, List<Found> frames, List<String> findings)
      throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      // One file that cannot be read must not keep everything else from being stored.
      findings.add(
          "%s cannot be read and is left as it is; what waits in it is not stored before a start that can read it: %s"
              .formatted(file, e));
      return;
    }
    var scan = SegmentScan.of(bytes);
    boolean aside = keepAside(file, bytes, scan, findings);
    if (scan.torn() < bytes.length) {
      cut(file, bytes.length, scan.torn(), findings);
    }
    if (scan.frames().isEmpty()) {
      if (aside) {
        Files.delete(file);
      }
      return;
    }
    var segment = new Segment(file, number, scan.torn());
    segment.kept = !aside;
    segments.add(segment);
    scan.frames().forEach(frame -> frames.add(new Found(segment, frame)));
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

  /**
   * A part that is kept aside already was told of before. Whether all parts are kept aside now;
   * else the segment alone has them.
   */
  private static boolean keepAside(
      Path file, byte[] bytes, SegmentScan scan, List<String> findings) {
    boolean all = true;
    for (var part : scan.damaged()) {
      byte[] damaged = Arrays.copyOfRange(bytes, part.from(), part.to());
      try {
        var aside = keep(file, part.from(), "damaged", damaged);
        if (aside.isNew()) {
          findings.add(
              "%s is damaged: %d bytes from %d on are no frame and are kept in %s; the frames after them are used"
                  .formatted(file, damaged.length, part.from(), aside.file()));
        }
      } catch (IOException e) {
        all = false;
        findings.add(
            "%s is damaged: %d bytes from %d on are no frame and could not be kept aside, so the file stays; the frames after them are used: %s"
                .formatted(file, damaged.length, part.from(), e));
      }
    }
    return all;
  }

  /** A file with what was kept aside; new unless it was there with just that. */
  record Aside(Path file, boolean isNew) {}

  /**
   * Keeps what lay there in a file beside its segment, {@code …-4711.rejected}, which is on disk
   * with its name when this returns. A file with other content is never replaced.
   */
  static Aside keep(Path segment, long offset, String why, byte[] bytes) throws IOException {
    var name = segment.getFileName().toString();
    var stem = name.substring(0, name.length() - Segment.SUFFIX.length()) + "-" + offset;
    var file = segment.resolveSibling(stem + "." + why);
    for (int i = 2; Files.exists(file); i++) {
      if (Files.size(file) == bytes.length && Arrays.equals(Files.readAllBytes(file), bytes)) {
        return new Aside(file, false);
      }
      file = segment.resolveSibling("%s-%s.%s".formatted(stem, i, why));
    }
    write(file, bytes);
    return new Aside(file, true);
  }

  /** Writes a file that is there whole or not at all, and is on disk when this returns. */
  private static void write(Path file, byte[] bytes) throws IOException {
    var partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      Files.write(partial, bytes);
      try (var open = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        open.force(true);
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(partial);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    var directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      FileTrees.sync(directory);
    }
  }

  @Override
  public void close() {
    release(path, lockFile);
  }
}
