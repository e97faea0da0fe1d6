package io.mcprealtime;

import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps roll-ups in step with samples. It remembers which servers wrote into which 5-minute bucket
 * and makes just those again from their samples, then each wider bucket above from the next
 * narrower ones. Late samples touch their bucket like any other. What was touched before a crash is
 * found again by starting over an hour before the newest roll-up.
 */
final class Roller {
  private static final Duration RESTART_OVERLAP = Duration.ofHours(1);

  private final Storage storage;
  private final Duration retention;
  private final Map<Instant, Set<ServerId>> touched = new TreeMap<>();
  private boolean caughtUp;

  Roller(Storage storage, Duration retention) {
    this.storage = storage;
    this.retention = retention;
  }

  /** Notes that these samples were written. */
  void touched(Collection<ServerMetrics> samples) {
    synchronized (touched) {
      for (var sample : samples) {
        touched
            .computeIfAbsent(Window.FIVE_MINUTES.bucketOf(sample.at()), bucket -> new HashSet<>())
            .add(sample.server());
      }
    }
  }

  /** Makes the roll-ups of every touched bucket again. */
  synchronized void run(Instant now) {
    if (!caughtUp) {
      touchSinceRestart(now);
      caughtUp = true;
    }
    Map<Instant, Set<ServerId>> work;
    synchronized (touched) {
      work = new TreeMap<>(touched);
      touched.clear();
    }
    try {
      roll(work);
    } catch (RuntimeException e) {
      synchronized (touched) {
        work.forEach(
            (bucket, servers) ->
                touched.computeIfAbsent(bucket, b -> new HashSet<>()).addAll(servers));
      }
      throw e;
    }
  }

  private void touchSinceRestart(Instant now) {
    var from =
        storage
            .rollups()
            .newest(Window.FIVE_MINUTES)
            .map(newest -> newest.minus(RESTART_OVERLAP))
            .orElse(now.minus(retention));
    storage
        .samples()
        .forEach(new TimeRange(from, now.plus(RESTART_OVERLAP)), s -> touched(List.of(s)));
  }

  private void roll(Map<Instant, Set<ServerId>> work) {
    var narrow = new TreeMap<>(work);
    for (var entry : work.entrySet()) {
      storage.rollups().put(fromSamples(entry.getKey(), entry.getValue()));
    }
    var windows = Window.values();
    for (int i = 1; i < windows.length; i++) {
      var wide = new TreeMap<Instant, Set<ServerId>>();
      for (var entry : narrow.entrySet()) {
        wide.computeIfAbsent(windows[i].bucketOf(entry.getKey()), b -> new HashSet<>())
            .addAll(entry.getValue());
      }
      for (var entry : wide.entrySet()) {
        storage
            .rollups()
            .put(fromRollups(windows[i], windows[i - 1], entry.getKey(), entry.getValue()));
      }
      narrow = wide;
    }
  }

  private List<Rollup> fromSamples(Instant bucket, Set<ServerId> servers) {
    var byServer = new HashMap<ServerId, List<ServerMetrics>>();
    storage
        .samples()
        .forEach(
            range(Window.FIVE_MINUTES, bucket),
            sample -> {
              if (servers.contains(sample.server())) {
                byServer.computeIfAbsent(sample.server(), s -> new ArrayList<>()).add(sample);
              }
            });
    return byServer.entrySet().stream()
        .map(e -> Rollup.ofSamples(e.getKey(), Window.FIVE_MINUTES, bucket, e.getValue()))
        .toList();
  }

  private List<Rollup> fromRollups(
      Window window, Window narrower, Instant bucket, Set<ServerId> servers) {
    var byServer = new HashMap<ServerId, List<Rollup>>();
    for (var part : storage.rollups().query(narrower, range(window, bucket))) {
      if (servers.contains(part.server())) {
        byServer.computeIfAbsent(part.server(), s -> new ArrayList<>()).add(part);
      }
    }
    return byServer.entrySet().stream()
        .map(e -> Rollup.ofRollups(e.getKey(), window, bucket, e.getValue()))
        .toList();
  }

  private static TimeRange range(Window window, Instant bucket) {
    return new TimeRange(bucket, bucket.plus(window.length()));
  }
}
