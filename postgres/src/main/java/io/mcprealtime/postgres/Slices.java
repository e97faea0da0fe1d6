package io.mcprealtime.postgres;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Cuts a range into parts of some blocks each, that are read one after the other. */
final class Slices {
  private final Database database;
  private final List<TimeTable> tables;
  private final TimeTable blocks;

  /**
   * @param tables that the range is read from
   * @param blocks the one of them whose partitions are blocks
   */
  Slices(Database database, List<TimeTable> tables, TimeTable blocks) {
    this.database = database;
    this.tables = tables;
    this.blocks = blocks;
  }

  /** The part of the range that can hold records at all. */
  static TimeRange clamp(TimeRange range) {
    var from = max(range.from(), ServerMetrics.MIN_INSTANT);
    return new TimeRange(from, max(from, min(range.to(), ServerMetrics.MAX_INSTANT)));
  }

  /** The parts of the range with something in them, oldest first. */
  List<TimeRange> of(TimeRange range, int blocksEach) {
    var length = blocks.partitionLength().multipliedBy(blocksEach);
    if (Duration.between(range.from(), range.to()).compareTo(length) <= 0) {
      return range.from().equals(range.to()) ? List.of() : List.of(range);
    }
    var slices = new ArrayList<TimeRange>();
    for (var start : starts(range)) {
      var last = slices.isEmpty() ? null : slices.get(slices.size() - 1);
      if (last != null && start.isBefore(last.from().plus(length))) {
        slices.set(slices.size() - 1, new TimeRange(last.from(), end(start)));
      } else {
        slices.add(new TimeRange(start, end(start)));
      }
    }
    return slices.stream()
        .map(slice -> new TimeRange(max(slice.from(), range.from()), min(slice.to(), range.to())))
        .toList();
  }

  /** The starts of all blocks that overlap the range and have a partition. */
  private SortedSet<Instant> starts(TimeRange range) {
    return database.callAgain(
        "look for partitions",
        connection -> {
          SortedSet<Instant> starts = new TreeSet<>();
          for (var table : tables) {
            for (var partition : Partitions.list(connection, table)) {
              var from = max(partition.from(), range.from());
              var to = min(partition.to(), range.to());
              for (var start = blocks.partitionStart(from);
                  start.isBefore(to);
                  start = end(start)) {
                starts.add(start);
              }
            }
          }
          return starts;
        });
  }

  private Instant end(Instant start) {
    return start.plus(blocks.partitionLength());
  }

  private static Instant max(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant min(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
