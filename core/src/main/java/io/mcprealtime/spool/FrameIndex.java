package io.mcprealtime.spool;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.ServerId;
import java.io.IOException;
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
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the spool's files hold, in memory: the frames that wait, and the segments that they lie in.
 * A segment is deleted when nothing of it waits or is read, and it is not written to any more.
 * Nobody waits here while frames are written: they are added when they are on disk. Thread-safe.
 */
final class FrameIndex {
  private static final Logger log = LoggerFactory.getLogger(FrameIndex.class);

  /** By kind, oldest first. */
  private final TreeMap<Integer, Deque<Frame>> waiting = new TreeMap<>();

  private final Map<Integer, Map<ServerId, Newest>> newest = new HashMap<>();
  private final List<Segment> segments = new ArrayList<>();
  private long nextFrame;
  private long records;
  private boolean closed;

  private record Newest(Instant at, Frame frame) {}

  FrameIndex() {
    for (var kind : RecordKind.ALL) {
      waiting.put(kind.code(), new ArrayDeque<>());
      newest.put(kind.code(), new HashMap<>());
    }
  }

  synchronized void add(Segment segment) {
    segments.add(segment);
  }

  /** Adds a frame that is on disk. */
  synchronized void add(
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

  /**
   * Adds the frames of a write, which lie on disk one after the other; readers see all or none.
   *
   * @return the offset behind them
   */
  synchronized long add(Segment segment, long offset, List<FrameCodec.Encoded> frames) {
    long next = offset;
    for (var frame : frames) {
      add(segment, next, frame.header(), frame.newest());
      next += frame.bytes().length;
    }
    return next;
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

  /** Forgets the oldest frames of a kind, and deletes the segments that are done with them. */
  synchronized void remove(RecordKind<?> kind, Collection<Frame> stored) {
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

  /** The segment is not written to any more: it goes as soon as nothing of it waits. */
  synchronized void end(Segment segment) {
    segment.active = false;
    deleteIfDone(segment);
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
      synchronized (FrameIndex.this) {
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

  /** Has the segments of these frames stay when the frames are removed; the files of the new. */
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

  /** Bytes of the segments. */
  synchronized long bytes() {
    return segments.stream().mapToLong(segment -> segment.synced).sum();
  }

  synchronized SpoolStatus status(Path directory, long limitBytes) {
    int frames = 0;
    Instant oldest = null;
    for (var queue : waiting.values()) {
      frames += queue.size();
      for (var frame : queue) {
        oldest = oldest == null || frame.from().isBefore(oldest) ? frame.from() : oldest;
      }
    }
    return new SpoolStatus(directory, frames, records, bytes(), limitBytes, oldest, null);
  }

  /** Deletes no more of what is removed or was read; whoever is about to is done before. */
  synchronized void close() {
    closed = true;
  }

  synchronized boolean isClosed() {
    return closed;
  }
}
