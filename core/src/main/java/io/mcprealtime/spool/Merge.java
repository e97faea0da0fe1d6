package io.mcprealtime.spool;

import static java.util.Comparator.comparing;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.TimeRange;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one series of what is stored and what waits in the spool.
 *
 * <p>A record goes from the spool to the storage and never back. So the spool's frames are taken
 * first and stay readable while the storage is asked: what moves in between is seen twice, which
 * its key tells, and never missed. Only frames whose time and servers fit are decoded, each when
 * its time has come. Of two records with one key the stored one counts.
 */
final class Merge<T> {
  private static final Logger log = LoggerFactory.getLogger(Merge.class);

  /** Records of the spool that a query of all servers holds at once, about. */
  private static final int SLICE_RECORDS = 20_000;

  private final RecordKind<T> kind;
  private final WritePath path;

  Merge(RecordKind<T> kind, WritePath path) {
    this.kind = kind;
    this.path = path;
  }

  /** Where a record stands in a series, and what identifies it there. */
  private record Position(Instant at, String key) {
    private static final Comparator<Position> OLDEST_FIRST =
        comparing(Position::at).thenComparing(Position::key);
    private static final Comparator<Position> NEWEST_FIRST =
        comparing(Position::at).reversed().thenComparing(Position::key);
  }

  private Position position(T value) {
    return new Position(kind.at(value), kind.key(value).toString());
  }

  private List<T> decode(Spool spool, Frame frame, Predicate<T> wanted) {
    try {
      return spool.read(kind, frame).stream().filter(wanted).toList();
    } catch (IOException e) {
      // The replay keeps it aside and says so; a reader sees the rest.
      log.debug("a frame is left out of an answer", e);
      return List.of();
    }
  }

  private Predicate<T> in(@Nullable ServerId server, TimeRange range) {
    return value ->
        range.contains(kind.at(value)) && (server == null || server.equals(kind.server(value)));
  }

  /** All that fits, oldest first: of one server, or of all where the storage has all in order. */
  void inOrder(
      @Nullable ServerId server,
      TimeRange range,
      Consumer<Consumer<T>> stored,
      Consumer<? super T> sink) {
    var spool = path.spool();
    if (spool == null) {
      stored.accept(sink::accept);
      return;
    }
    try (var view = spool.view(kind, frame -> frame.overlaps(range) && frame.mayHold(server))) {
      var waiting = new Waiting(spool, view.frames(), in(server, range));
      stored.accept(
          value -> {
            waiting.load(kind.at(value));
            waiting.before(kind.at(value), sink);
            waiting.records.remove(position(value));
            sink.accept(value);
          });
      waiting.rest(sink);
    }
  }

  /** Records of the spool that an answer in order still has to bring. */
  private final class Waiting {
    private final Spool spool;
    private final Deque<Frame> frames;
    private final Predicate<T> wanted;
    private final NavigableMap<Position, T> records = new TreeMap<>(Position.OLDEST_FIRST);

    private Waiting(Spool spool, List<Frame> frames, Predicate<T> wanted) {
      this.spool = spool;
      this.frames = new ArrayDeque<>(frames.stream().sorted(comparing(Frame::from)).toList());
      this.wanted = wanted;
    }

    /** Decodes what may hold a record that is not later than that. */
    private void load(Instant at) {
      while (!frames.isEmpty() && !frames.getFirst().from().isAfter(at)) {
        decode(spool, frames.removeFirst(), wanted)
            .forEach(value -> records.putIfAbsent(position(value), value));
      }
    }

    private void before(Instant at, Consumer<? super T> sink) {
      while (!records.isEmpty() && records.firstKey().at.isBefore(at)) {
        sink.accept(records.pollFirstEntry().getValue());
      }
    }

    private void rest(Consumer<? super T> sink) {
      while (!records.isEmpty() || !frames.isEmpty()) {
        if (!frames.isEmpty()) {
          before(frames.getFirst().from(), sink);
          load(frames.getFirst().from());
        } else {
          before(Instant.MAX, sink);
        }
      }
    }
  }

  /** The newest that fit, newest first. */
  List<T> newestFirst(
      @Nullable ServerId server, TimeRange range, int limit, Supplier<List<T>> stored) {
    var spool = path.spool();
    if (spool == null) {
      return stored.get();
    }
    try (var view = spool.view(kind, frame -> frame.overlaps(range) && frame.mayHold(server))) {
      if (view.frames().isEmpty()) {
        return stored.get();
      }
      var newest = new TreeMap<Position, T>(Position.NEWEST_FIRST);
      stored.get().forEach(value -> newest.put(position(value), value));
      var wanted = in(server, range);
      var frames = view.frames().stream().sorted(comparing(Frame::to).reversed()).toList();
      for (var frame : frames) {
        if (newest.size() >= limit && newest.lastKey().at.isAfter(frame.to())) {
          break;
        }
        decode(spool, frame, wanted).forEach(value -> newest.putIfAbsent(position(value), value));
        while (newest.size() > limit) {
          newest.pollLastEntry();
        }
      }
      return List.copyOf(newest.values());
    }
  }

  /** The newest record of every server, by server. */
  List<T> newest(Supplier<List<T>> stored) {
    var spool = path.spool();
    if (spool == null) {
      return stored.get();
    }
    try (var view = spool.newest(kind)) {
      var found = stored.get();
      if (view.frames().isEmpty()) {
        return found;
      }
      var newest = new TreeMap<ServerId, T>();
      found.forEach(value -> keepNewer(newest, value));
      for (var frame : view.frames()) {
        decode(spool, frame, value -> true).forEach(value -> keepNewer(newest, value));
      }
      return List.copyOf(newest.values());
    }
  }

  private void keepNewer(Map<ServerId, T> newest, T value) {
    var server = kind.server(value);
    if (server != null) {
      newest.merge(
          server, value, (known, other) -> kind.at(other).isAfter(kind.at(known)) ? other : known);
    }
  }

  /**
   * All of every server in the range, each server's oldest first. The range is gone through in
   * slices, so that few frames are in memory at once.
   *
   * @param stored hands what is stored in a range to a sink, each server's oldest first
   */
  void ofEachServer(
      TimeRange range, BiConsumer<TimeRange, Consumer<T>> stored, Consumer<? super T> sink) {
    var spool = path.spool();
    if (spool == null) {
      stored.accept(range, sink::accept);
      return;
    }
    try (var view = spool.view(kind, frame -> frame.overlaps(range))) {
      for (var slice : slices(range, view.frames())) {
        var frames = view.frames().stream().filter(frame -> frame.overlaps(slice)).toList();
        slice(spool, slice, frames, stored, sink);
      }
    }
  }

  private static List<TimeRange> slices(TimeRange range, List<Frame> frames) {
    var slices = new ArrayList<TimeRange>();
    var from = range.from();
    int records = 0;
    for (var frame : frames.stream().sorted(comparing(Frame::from)).toList()) {
      if (records >= SLICE_RECORDS && frame.from().isAfter(from)) {
        slices.add(new TimeRange(from, frame.from()));
        from = frame.from();
        records = 0;
      }
      records += frame.records();
    }
    slices.add(new TimeRange(from, range.to()));
    return slices;
  }

  private void slice(
      Spool spool,
      TimeRange slice,
      List<Frame> frames,
      BiConsumer<TimeRange, Consumer<T>> stored,
      Consumer<? super T> sink) {
    var waiting = new HashMap<ServerId, NavigableMap<Instant, T>>();
    for (var frame : frames) {
      for (var value : decode(spool, frame, in(null, slice))) {
        var server = kind.server(value);
        if (server != null) {
          waiting.computeIfAbsent(server, id -> new TreeMap<>()).putIfAbsent(kind.at(value), value);
        }
      }
    }
    stored.accept(
        slice,
        value -> {
          var ofServer = waiting.get(kind.server(value));
          if (ofServer != null) {
            var earlier = ofServer.headMap(kind.at(value), false);
            earlier.values().forEach(sink);
            earlier.clear();
            ofServer.remove(kind.at(value));
          }
          sink.accept(value);
        });
    waiting.values().forEach(ofServer -> ofServer.values().forEach(sink));
  }
}
