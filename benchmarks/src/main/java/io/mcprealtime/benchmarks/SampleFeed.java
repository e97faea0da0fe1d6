package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Batches of realistic samples as they come in: one of every server, then the next of each. */
final class SampleFeed {
  static final Duration INTERVAL = Duration.ofSeconds(15);

  private final List<Iterator<ServerMetrics>> series = new ArrayList<>();

  SampleFeed(int servers, TimeRange range) {
    for (int i = 0; i < servers; i++) {
      var id = ServerId.of("server-%04d".formatted(i));
      series.add(new RealisticSeries(id, i, Schedule.TIMER).samples(range).iterator());
    }
  }

  /** Servers of the feed. */
  int servers() {
    return series.size();
  }

  /** A range that holds so many samples of each server. */
  static TimeRange range(Instant from, int samples) {
    return TimeRange.startingAt(from, INTERVAL.multipliedBy(samples + samples / 10 + 5L));
  }

  /** The next samples, in batches of that size. */
  List<List<ServerMetrics>> batches(int rows, int size) {
    var batches = new ArrayList<List<ServerMetrics>>();
    var batch = new ArrayList<ServerMetrics>(size);
    for (int made = 0; made < rows; made++) {
      batch.add(series.get(made % series.size()).next());
      if (batch.size() == size || made == rows - 1) {
        batches.add(List.copyOf(batch));
        batch.clear();
      }
    }
    return batches;
  }
}
