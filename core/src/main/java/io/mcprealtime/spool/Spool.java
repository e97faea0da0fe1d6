package io.mcprealtime.spool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Records that wait for the storage, in append-only files of one directory. An append returns when
 * its frames are on disk; small appends that come together share that. Frames are handed out oldest
 * first and stay until they are removed, so that after a crash some are handed out again.
 * Thread-safe.
 */
public final class Spool implements AutoCloseable {
  /** A file of that size takes no more; a small spool has smaller ones, to come free in parts. */
  private static final long SEGMENT_BYTES = 8L << 20;

  private static final int MIN_SEGMENTS = 8;

  /** A frame is decoded as a whole. */
  private static final int MAX_FRAME_RECORDS = 2_000;

  private final SpoolDirectory directory;
  private final Maker maker;
  private final long limitBytes;
  private final long segmentBytes;
  private final List<String> findings;
  private final FrameIndex index = new FrameIndex();

  private final ReentrantLock writing = new ReentrantLock();
  private final List<Append> queue = new ArrayList<>();
  private @Nullable Segment writer;
  private long nextSegment;

  /** Makes the file that is written to next. */
  interface Maker {
    Segment make(Path directory, long number) throws IOException;
  }

  private Spool(SpoolDirectory directory, long limitBytes, Maker maker) {
    this.directory = directory;
    this.maker = maker;
    this.limitBytes = limitBytes;
    this.segmentBytes = Math.max(1, Math.min(SEGMENT_BYTES, limitBytes / MIN_SEGMENTS));
    var content = directory.read();
    this.findings = content.findings();
    content.segments().forEach(index::add);
    nextSegment = content.nextNumber();
    content
        .frames()
        .forEach(
            found ->
                index.add(
                    found.segment(),
                    found.frame().offset(),
                    found.frame().header(),
                    found.newest()));
  }

  /**
   * Opens the spool of a directory, which is made when it is missing, and reads back what waits.
   *
   * @param limitBytes what its files may have
   * @throws SpoolException when the directory cannot be used, or another process holds it
   */
  public static Spool open(Path directory, long limitBytes) {
    return open(directory, limitBytes, Segment::create);
  }

  static Spool open(Path directory, long limitBytes, Maker maker) {
    var held = SpoolDirectory.lock(directory.toAbsolutePath());
    try {
      return new Spool(held, limitBytes, maker);
    } catch (RuntimeException | Error e) {
      held.close();
      throw e;
    }
  }

  /** What was wrong with the files when they were read back, in words. */
  public List<String> findings() {
    return List.copyOf(findings);
  }

  /**
   * Keeps records, all or none, and returns when they are on disk.
   *
   * @throws SpoolException when they are not kept: the spool is full or closed, or its disk fails
   */
  public <T> void append(RecordKind<T> kind, List<T> values) {
    if (values.isEmpty()) {
      return;
    }
    var frames = new ArrayList<FrameCodec.Encoded>();
    for (int from = 0; from < values.size(); from += MAX_FRAME_RECORDS) {
      int to = Math.min(values.size(), from + MAX_FRAME_RECORDS);
      frames.add(FrameCodec.encode(kind, values.subList(from, to)));
    }
    var append = new Append(frames);
    synchronized (queue) {
      queue.add(append);
    }
    writing.lock();
    try {
      // Whoever came first has written this one as well.
      if (!append.done && append.failure == null) {
        writeQueued();
      }
    } finally {
      writing.unlock();
    }
    if (append.failure != null) {
      throw append.failure;
    }
    if (!append.done) {
      // An Error hit another thread before this one's turn came, or its failure could not be made.
      throw notWritten("a failure of another write", null);
    }
  }

  private void writeQueued() {
    var taken = new ArrayList<Append>();
    synchronized (queue) {
      taken.addAll(queue);
      queue.clear();
    }
    var accepted = new ArrayList<Append>();
    long bytes = bytes();
    for (var append : taken) {
      if (index.isClosed()) {
        append.failure =
            new SpoolException("the spool in %s is closed".formatted(directory.path()), null);
      } else if (bytes + append.bytes > limitBytes) {
        append.failure = full(bytes);
      } else {
        accepted.add(append);
        bytes += append.bytes;
      }
    }
    if (!accepted.isEmpty()) {
      write(accepted);
    }
  }

  private SpoolException full(long bytes) {
    return new SpoolException(
        "the spool in %s is full: it holds %d of %d bytes; bring the database back, or raise spool.limitMegabytes"
            .formatted(directory.path(), bytes, limitBytes),
        null);
  }

  private void write(List<Append> appends) {
    try {
      var segment = segmentToWrite();
      long offset = segment.synced;
      segment.append(
          appends.stream()
              .flatMap(append -> append.frames.stream())
              .map(FrameCodec.Encoded::bytes)
              .toList());
      for (var append : appends) {
        offset = index.add(segment, offset, append.frames);
        append.done = true;
      }
    } catch (IOException | RuntimeException | Error e) {
      roll();
      var failure = notWritten(e instanceof IOException ? e.getMessage() : e.toString(), e);
      appends.stream().filter(append -> !append.done).forEach(append -> append.failure = failure);
      if (e instanceof Error error) {
        throw error;
      }
    }
  }

  private SpoolException notWritten(@Nullable String why, @Nullable Throwable cause) {
    return new SpoolException(
        "the spool in %s cannot be written: %s; free space on its disk, or move it with spool.directory"
            .formatted(directory.path(), why),
        cause);
  }

  private Segment segmentToWrite() throws IOException {
    if (writer != null && writer.synced >= segmentBytes) {
      roll();
    }
    var current = writer;
    if (current == null) {
      current = maker.make(directory.path(), nextSegment++);
      index.add(current);
      writer = current;
    }
    return current;
  }

  /** Ends the segment that is written to: it goes as soon as nothing of it waits. */
  private void roll() {
    var ended = writer;
    writer = null;
    if (ended != null) {
      ended.seal();
      index.end(ended);
    }
  }

  /** The kind of the frame that waits longest; empty when none does. */
  Optional<RecordKind<?>> oldestKind() {
    return index.oldestKind();
  }

  /** The oldest frames of a kind, in order: one at the least, and not many more records. */
  List<Frame> oldest(RecordKind<?> kind, int maxRecords) {
    return index.oldest(kind, maxRecords);
  }

  int frames(RecordKind<?> kind) {
    return index.frames(kind);
  }

  boolean isEmpty() {
    return index.isEmpty();
  }

  /** Forgets the oldest frames of a kind, which are stored now. */
  void remove(RecordKind<?> kind, Collection<Frame> stored) {
    index.remove(kind, stored);
    // The file that is written to goes too when nothing waits any more.
    if (isEmpty() && writing.tryLock()) {
      try {
        if (isEmpty()) {
          roll();
        }
      } finally {
        writing.unlock();
      }
    }
  }

  /** Frames that stay readable until the view is closed, whatever is removed meanwhile. */
  FrameIndex.View view(RecordKind<?> kind, Predicate<Frame> filter) {
    return index.view(kind, filter);
  }

  /** The frames that hold the newest record of some server, as {@link #view}. */
  FrameIndex.View newest(RecordKind<?> kind) {
    return index.newest(kind);
  }

  /** A frame's records; they are checked against its checksum once more. */
  <T> List<T> read(RecordKind<T> kind, Frame frame) throws IOException {
    try {
      return FrameCodec.decode(kind, bytes(frame));
    } catch (UncheckedIOException | IllegalArgumentException e) {
      throw new IOException("a frame in %s is damaged: %s".formatted(frame.segment.file, e), e);
    }
  }

  private static byte[] bytes(Frame frame) throws IOException {
    byte[] bytes = frame.segment.read(frame.offset, frame.header.size());
    if (!frame.header.fits(bytes, 0)) {
      throw new IOException("a frame in %s is damaged".formatted(frame.segment.file));
    }
    return bytes;
  }

  /** A frame's records as lines of JSON; they are checked against its checksum once more. */
  static List<String> lines(Frame frame) throws IOException {
    try {
      return FrameCodec.lines(bytes(frame));
    } catch (UncheckedIOException | IllegalArgumentException e) {
      throw new IOException("a frame in %s is damaged: %s".formatted(frame.segment.file, e), e);
    }
  }

  /**
   * Keeps a frame's bytes in a file of their own, for a person to look at.
   *
   * @throws IOException also when they are whole: then it was reading that failed before
   */
  static Path keepAside(Frame frame) throws IOException {
    byte[] bytes = frame.segment.read(frame.offset, frame.header.size());
    if (isWhole(frame, bytes)) {
      throw new IOException("%s could not be read for a while".formatted(frame.segment.file));
    }
    return SpoolDirectory.keep(frame.segment.file, frame.offset, "damaged", bytes).file();
  }

  private static boolean isWhole(Frame frame, byte[] bytes) {
    try {
      return frame.header.fits(bytes, 0) && FrameCodec.lines(bytes).size() == frame.records();
    } catch (UncheckedIOException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Keeps records that the storage refuses in a file of their own, a line of JSON each. */
  static Path reject(RecordKind<?> kind, Frame first, List<String> refused) throws IOException {
    byte[] text = (String.join("\n", refused) + "\n").getBytes(StandardCharsets.UTF_8);
    var why = kind.label() + ".rejected";
    return SpoolDirectory.keep(first.segment.file, first.offset, why, text).file();
  }

  /**
   * Has the files of these frames stay in the directory when the frames are removed: the next start
   * reads them again. The files that were not to stay before.
   */
  List<Path> keepFiles(Collection<Frame> frames) {
    return index.keepFiles(frames);
  }

  /** Bytes of its files. */
  long bytes() {
    return index.bytes();
  }

  double usedRatio() {
    return (double) bytes() / limitBytes;
  }

  /** What it holds now; it does not know whether the storage is away. */
  public SpoolStatus status() {
    return index.status(directory.path(), limitBytes);
  }

  /** Takes no more; what waits stays in its directory. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (!index.isClosed()) {
        index.close();
        roll();
        directory.close();
      }
    } finally {
      writing.unlock();
    }
  }

  private static final class Append {
    private final List<FrameCodec.Encoded> frames;
    private final long bytes;
    private boolean done;
    private @Nullable SpoolException failure;

    private Append(List<FrameCodec.Encoded> frames) {
      this.frames = frames;
      this.bytes = frames.stream().mapToLong(frame -> frame.bytes().length).sum();
    }
  }
}
