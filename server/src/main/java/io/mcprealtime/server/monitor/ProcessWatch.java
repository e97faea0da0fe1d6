package io.mcprealtime.server.monitor;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.analysis.MonotoneTrend;
import io.mcprealtime.mcp.ProcessStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sees a server's process restart by itself, and its memory grow without end. Not thread-safe.
 *
 * <p>A leak is a significant monotone growth (Mann–Kendall) of the process tree's resident memory
 * over half an hour or more, whose slope (Theil–Sen) adds up to a share of the memory at the
 * beginning that nobody would overlook, and that goes on in the later half: what a process takes
 * when it warms up is none. It is told once in a process's life.
 */
final class ProcessWatch {
  /** How often memory is noted; two hours of that are kept. */
  private static final Duration NOTED_EVERY = Duration.ofMinutes(1);

  private static final int KEPT = 120;
  private static final int ENOUGH = 30;
  private static final int LOOKED_EVERY = 10;

  private static final double SIGNIFICANCE = 0.01;
  private static final double GROWTH = 0.2;
  private static final double GROWTH_BYTES = 16 << 20;

  /** So steep, against the whole, the later half has to be. */
  private static final double GOES_ON = 0.5;

  private static final double MEGABYTE = 1e6;

  private final ServerId server;
  private final Deque<Point> memory = new ArrayDeque<>();
  private @Nullable ProcessStats last;
  private int noted;
  private boolean leakTold;

  private record Point(Instant at, long bytes) {}

  ProcessWatch(ServerId server) {
    this.server = server;
  }

  /** What is new about the process. */
  List<MonitoringEvent> look(@Nullable ProcessStats stats, Instant at) {
    var events = new ArrayList<MonitoringEvent>();
    if (stats == null) {
      return events;
    }
    var before = last;
    last = stats;
    if (before != null && stats.pid() != before.pid()) {
      memory.clear();
      noted = 0;
      leakTold = false;
    }
    var end = stats.lastEnd();
    if (end != null && before != null && stats.starts() > before.starts()) {
      events.add(restarted(stats, end, at));
    }
    var bytes = stats.memoryBytes();
    if (bytes != null) {
      note(new Point(at, bytes), events);
    }
    return events;
  }

  private MonitoringEvent restarted(ProcessStats stats, String end, Instant at) {
    return MonitoringEvent.of(
            server,
            at,
            EventType.PROCESS,
            Severity.WARNING,
            "%s was started again (start %d): the %s".formatted(server, stats.starts(), end))
        .withDetails(
            Map.of("starts", Integer.toString(stats.starts()), "pid", Long.toString(stats.pid())));
  }

  private void note(Point point, List<MonitoringEvent> events) {
    var newest = memory.peekLast();
    if (newest != null && point.at().isBefore(newest.at())) {
      // The clock was put back, so that no line goes through both.
      memory.clear();
      newest = null;
    }
    if (newest != null && point.at().isBefore(newest.at().plus(NOTED_EVERY))) {
      return;
    }
    memory.addLast(point);
    if (memory.size() > KEPT) {
      memory.removeFirst();
    }
    noted++;
    if (!leakTold && memory.size() >= ENOUGH && noted % LOOKED_EVERY == 0) {
      var leak = leak(point.at());
      if (leak != null) {
        leakTold = true;
        events.add(leak);
      }
    }
  }

  private static boolean goesOn(double[] hours, double[] bytes, double slope) {
    int half = hours.length / 2;
    var later =
        MonotoneTrend.of(
            Arrays.copyOfRange(hours, half, hours.length),
            Arrays.copyOfRange(bytes, half, bytes.length));
    return later.pValue() < SIGNIFICANCE && later.slope() > GOES_ON * slope;
  }

  private @Nullable MonitoringEvent leak(Instant at) {
    var first = memory.getFirst();
    double[] hours =
        memory.stream()
            .mapToDouble(point -> Duration.between(first.at(), point.at()).toMillis() / 3.6e6)
            .toArray();
    double[] bytes = memory.stream().mapToDouble(Point::bytes).toArray();
    var trend = MonotoneTrend.of(hours, bytes);
    double growth = trend.slope() * hours[hours.length - 1];
    boolean leaks =
        trend.pValue() < SIGNIFICANCE && growth > GROWTH_BYTES && growth > GROWTH * first.bytes();
    if (!leaks || !goesOn(hours, bytes, trend.slope())) {
      return null;
    }
    return MonitoringEvent.of(
            server,
            at,
            EventType.PROCESS,
            Severity.WARNING,
            String.format(
                Locale.ROOT,
                "The memory of %s only grows: %.0f MB, %.0f MB %d minutes ago, %.1f MB an hour",
                server,
                bytes[bytes.length - 1] / MEGABYTE,
                first.bytes() / MEGABYTE,
                Duration.between(first.at(), at).toMinutes(),
                trend.slope() / MEGABYTE))
        .withDetails(
            Map.of(
                "slopeBytesPerHour", Long.toString(Math.round(trend.slope())),
                "pValue", Double.toString(trend.pValue()),
                "points", Integer.toString(bytes.length)));
  }
}
