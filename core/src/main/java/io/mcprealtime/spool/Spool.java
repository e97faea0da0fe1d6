package io.mcprealtime.spool;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.ServerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that wait for the storage, in append-only files of one directory. An append returns when
 * its frames are on disk; small appends that come together share that. Frames are handed out oldest
 * first and stay until they are removed, so that after a crash some are handed out again.
 * Thread-safe.
 */
public final class Spool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Spool.class);

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

  private final ReentrantLock writing = new ReentrantLock();
  private final List<Append> queue = new ArrayList<>();
  private @Nullable Segment writer;
  private long nextSegment;
  private volatile boolean closed;

  /** Guarded by this, as everything below. */
  private final TreeMap<Integer, Deque<Frame>> waiting = new TreeMap<>();

  private final Map<Integer, Map<ServerId, Newest>> newest = new HashMap<>();
  private final List<Segment> segments = new ArrayList<>();
  private long nextFrame;
  private long records;

  private record Newest(Instant at, Frame frame) {}

  /** Makes the file that is written to next. */
  interface Maker {
    Segment make(Path directory, long number) throws IOException;
  }

  private Spool(SpoolDirectory directory, long limitBytes, Maker maker) {
    this.directory = directory;
    this.maker = maker;
    this.limitBytes = limitBytes;
    this.segmentBytes = Math.max(1, Math.min(SEGMENT_BYTES, limitBytes / MIN_SEGMENTS));
    for (var kind : RecordKind.ALL) {
      waiting.put(kind.code(), new ArrayDeque<>());
      newest.put(kind.code(), new HashMap<>());
    }
    var content = directory.read();
    this.findings = content.findings();
    segments.addAll(content.segments());
    nextSegment = content.nextNumber();
    content
        .frames()
        .forEach(
            found ->
                index(
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
      if (closed) {
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
      synchronized (this) {
        for (var append : appends) {
          for (var frame : append.frames) {
            index(segment, offset, frame.header(), frame.newest());
            offset += frame.bytes().length;
          }
          append.done = true;
        }
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
      synchronized (this) {
        segments.add(current);
      }
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
      synchronized (this) {
        ended.active = false;
        deleteIfDone(ended);
      }
    }
  }

  private synchronized void index(
      Segment segment, long offset, FrameHeader header, Map<ServerId, Instant> servers) {
    var frame = new Frame(segment, offset, header, nextFrame++, servers);
    // First of all: a segment must never go while a frame of it waits.
    segment.waiting++;
    queue(header.kind()).add(frame);
    var known = newest(header.kind());
    servers.forEach(
        (server, at) ->
            known.merge(
                server,
                new Newest(at, frame),
                (one, other) -> other.at.isAfter(one.at) ? other : one));
    records += header.records();
  }

  private Deque<Frame> queue(int kind) {
    return requireNonNull(waiting.get(kind));
  }

  private Map<ServerId, Newest> newest(int kind) {
    return requireNonNull(newest.get(kind));
  }

  /** The kind of the frame that waits longest; empty when none does. */
  synchronized Optional<RecordKind<?>> oldestKind() {
    return waiting.values().stream()
        .map(Deque::peekFirst)
        .filter(Objects::nonNull)
        .min(Comparator.comparingLong(frame -> frame.number))
        .flatMap(frame -> RecordKind.ofCode(frame.header.kind()));
  }

  /** The oldest frames of a kind, in order: one at the least, and not many more records. */
  synchronized List<Frame> oldest(RecordKind<?> kind, int maxRecords) {
    var found = new ArrayList<Frame>();
    int count = 0;
    for (var frame : queue(kind.code())) {
      if (!found.isEmpty() && count + frame.records() > maxRecords) {
        break;
      }
      found.add(frame);
      count += frame.records();
    }
    return found;
  }

  synchronized int frames(RecordKind<?> kind) {
    return queue(kind.code()).size();
  }

  synchronized boolean isEmpty() {
    return waiting.values().stream().allMatch(Deque::isEmpty);
  }

  /** Forgets the oldest frames of a kind, which are stored now. */
  void remove(RecordKind<?> kind, Collection<Frame> stored) {
    synchronized (this) {
      if (closed) {
        // Another process may hold the directory now; it stores them again, which adds nothing.
        return;
      }
      var queue = queue(kind.code());
      for (var frame : stored) {
        if (queue.peekFirst() != frame) {
          throw new IllegalStateException("a frame is removed out of order");
        }
        queue.removeFirst();
        records -= frame.records();
        frame.segment.waiting--;
        deleteIfDone(frame.segment);
      }
      var gone = Set.copyOf(stored);
      newest(kind.code()).values().removeIf(entry -> gone.contains(entry.frame));
    }
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

  private void deleteIfDone(Segment segment) {
    if (segment.waiting == 0 && segment.readers == 0 && !segment.active) {
      if (segment.kept && Files.exists(segment.file)) {
        return;
      }
      segments.remove(segment);
      try {
        segment.delete();
      } catch (IOException e) {
        log.warn("{} is stored and could not be deleted: {}", segment.file, e.toString());
      }
    }
  }

  /** Frames that stay readable until this is closed, whatever is removed meanwhile. */
  final class View implements AutoCloseable {
    private final List<Frame> frames;

    private View(List<Frame> frames) {
      this.frames = frames;
      frames.forEach(frame -> frame.segment.readers++);
    }

    /** In the order in which they were appended. */
    List<Frame> frames() {
      return frames;
    }

    @Override
    public void close() {
      synchronized (Spool.this) {
        for (var frame : frames) {
          frame.segment.readers--;
          if (!closed) {
            deleteIfDone(frame.segment);
          }
        }
      }
    }
  }

  synchronized View view(RecordKind<?> kind, Predicate<Frame> filter) {
    return new View(queue(kind.code()).stream().filter(filter).toList());
  }

  /** The frames that hold the newest record of some server. */
  synchronized View newest(RecordKind<?> kind) {
    return new View(newest(kind.code()).values().stream().map(Newest::frame).distinct().toList());
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

  /** Keeps a frame's bytes in a file of their own, for a person to look at. */
  static Path keepAside(Frame frame) throws IOException {
    byte[] bytes = frame.segment.read(frame.offset, frame.header.size());
    return SpoolDirectory.keep(frame.segment.file, frame.offset, "damaged", bytes).file();
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
  synchronized List<Path> keepFiles(Collection<Frame> frames) {
    var files = new ArrayList<Path>();
    for (var frame : frames) {
      if (!frame.segment.kept) {
        frame.segment.kept = true;
        files.add(frame.segment.file);
      }
    }
    return files;
  }

  /** Bytes of its files. */
  synchronized long bytes() {
    return segments.stream().mapToLong(segment -> segment.synced).sum();
  }

  double usedRatio() {
    return (double) bytes() / limitBytes;
  }

  /** What it holds now; it does not know whether the storage is away. */
  public synchronized SpoolStatus status() {
    int frames = 0;
    Instant oldest = null;
    for (var queue : waiting.values()) {
      frames += queue.size();
      for (var frame : queue) {
        oldest = oldest == null || frame.from().isBefore(oldest) ? frame.from() : oldest;
      }
    }
    return new SpoolStatus(directory.path(), frames, records, bytes(), limitBytes, oldest, null);
  }

  /** Takes no more; what waits stays in its directory. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (!closed) {
        synchronized (this) {
          // Under the index's lock: whoever is about to delete a segment is done before.
          closed = true;
        }
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
