package io.mcprealtime.server.cli;

import io.mcprealtime.EventType;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerState;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.sample.FaultInjector;
import io.mcprealtime.mcp.sample.FaultPlan;
import io.mcprealtime.mcp.sample.FaultScore;
import io.mcprealtime.mcp.sample.FaultScore.Slack;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import io.mcprealtime.mcp.sample.SampleFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets servers of the demonstration misbehave now and then, when they had time to show what is
 * usual, and holds what the monitor tells against that.
 */
final class FaultDrill implements LiveFeed.Listener, AutoCloseable {
  /** Samples until a detector judges, and some more. */
  private static final int SAMPLES_BEFORE = 55;

  private static final int SAMPLES_OF_A_FAULT = 10;
  private static final int SAMPLES_BETWEEN_STARTS = 20;

  /** An anomaly of a server is followed by another after so many samples only. */
  private static final int SAMPLES_OF_REST = 105;

  private static final int GRACE_SAMPLES = 10;
  private static final Duration LONGEST = Duration.ofDays(1);

  /** A demonstration without a limit of time may be told things for weeks. */
  static final int MOST_TOLD = 20_000;

  private static final List<SampleFault> OVER_HTTP =
      List.of(SampleFault.slow(8), SampleFault.errors(0.6), SampleFault.hang(), SampleFault.down());
  private static final List<SampleFault> OVER_STDIO =
      List.of(SampleFault.memory(4), SampleFault.slow(10), SampleFault.errors(0.6));

  /** Those that are well otherwise. Each begins with another kind of fault. */
  private static final List<String> HTTP_SERVERS =
      List.of("search", "weather", "calendar", "reports");

  private static final List<String> STDIO_SERVERS = List.of("notes", "translator");

  private final Duration interval;
  private final FaultInjector injector;
  private final List<Told> anomalies = new ArrayList<>();
  private final List<Told> outages = new ArrayList<>();

  /** Since when nothing more is kept; null while there is room. */
  private @Nullable Instant fullSince;

  private LiveFeed.@Nullable Subscription subscription;

  /**
   * @param interval between two probes of a server
   * @param overHttp tells the servers that are reached over HTTP
   * @param directory where stdio servers read what they do wrong
   */
  FaultDrill(Duration interval, FaultInjector.Control overHttp, Path directory) {
    this.interval = interval;
    this.injector =
        new FaultInjector(
            (server, fault) -> {
              if (STDIO_SERVERS.contains(server)) {
                SampleFault.writeTo(faultFile(directory, server), fault);
              } else {
                overHttp.inject(server, fault);
              }
            },
            TimeSource.system());
  }

  /** What a stdio server reads. */
  static Path faultFile(Path directory, String server) {
    return directory.resolve(server + ".fault");
  }

  private Duration samples(int count) {
    return interval.multipliedBy(count);
  }

  /**
   * Begins.
   *
   * @param live where the monitor tells what it finds
   * @param limit when the demonstration ends; null when nobody knows
   * @return whether there is time for a fault at all
   */
  boolean start(LiveFeed live, @Nullable Duration limit) {
    subscription = live.subscribe(this);
    var plan = plan(limit == null ? LONGEST : limit.minus(samples(GRACE_SAMPLES)));
    injector.start(plan);
    return !plan.faults().isEmpty();
  }

  private FaultPlan plan(Duration total) {
    var kinds = new LinkedHashMap<String, List<SampleFault>>();
    for (int i = 0; i < HTTP_SERVERS.size(); i++) {
      kinds.put(HTTP_SERVERS.get(i), rotated(OVER_HTTP, i));
      if (i < STDIO_SERVERS.size()) {
        kinds.put(STDIO_SERVERS.get(i), rotated(OVER_STDIO, i));
      }
    }
    return FaultPlan.inTurn(
        kinds,
        new FaultPlan.Pace(
            samples(SAMPLES_BEFORE), samples(SAMPLES_OF_A_FAULT), samples(SAMPLES_OF_REST)),
        samples(SAMPLES_BETWEEN_STARTS),
        total);
  }

  private static List<SampleFault> rotated(List<SampleFault> faults, int by) {
    var rotated = new ArrayList<>(faults.subList(by, faults.size()));
    rotated.addAll(faults.subList(0, by));
    return rotated;
  }

  @Override
  public synchronized void onEvents(List<MonitoringEvent> events) {
    for (var event : events) {
      var server = event.server();
      if (server == null || fullSince != null) {
        continue;
      }
      if (event.type() == EventType.ANOMALY) {
        var metric = event.details().getOrDefault("metric", "");
        anomalies.add(new Told(server.value(), metric, onset(event), event.at()));
      } else if (event.type() == EventType.STATUS_CHANGE && tellsOfAnOutage(event)) {
        outages.add(new Told(server.value(), event.details().getOrDefault("to", ""), event.at()));
      }
      if (anomalies.size() + outages.size() == MOST_TOLD) {
        fullSince = event.at();
      }
    }
  }

  /** A server that comes back, if only half, tells nothing of the fault that was. */
  private static boolean tellsOfAnOutage(MonitoringEvent event) {
    var to = event.details().get("to");
    return ServerState.AUTH_REQUIRED.name().equals(to) || ServerState.DOWN.name().equals(to);
  }

  /** An anomaly is told when it begins and when it ends; both name its onset. */
  private static Instant onset(MonitoringEvent event) {
    try {
      var since = event.details().get("since");
      return since == null ? event.at() : Instant.parse(since);
    } catch (DateTimeParseException e) {
      return event.at();
    }
  }

  /** What came of it, as lines for people. */
  synchronized List<String> lines() {
    var end = fullSince == null ? TimeSource.system().instant() : fullSince;
    var injected =
        injector.injected().stream().filter(fault -> !fault.from().isAfter(end)).toList();
    if (injected.isEmpty()) {
      return List.of(
          "The run was too short for faults: servers must be seen for %d s before the first one; try --duration 6m"
              .formatted(samples(SAMPLES_BEFORE).toSeconds()));
    }
    var told =
        anomalies.stream()
            .filter(
                anomaly ->
                    HTTP_SERVERS.contains(anomaly.server())
                        || STDIO_SERVERS.contains(anomaly.server()))
            .toList();
    var score =
        FaultScore.of(injected, told, outages, new Slack(interval, samples(GRACE_SAMPLES)), end);
    var lines = new ArrayList<>(score.lines());
    lines.add(
        "A fault counts as found when something begins between its start and %d s after its end."
            .formatted(samples(GRACE_SAMPLES).toSeconds()));
    if (fullSince != null) {
      lines.add("Only what was until %s counts: more is not kept.".formatted(fullSince));
    }
    long others =
        anomalies.stream()
            .filter(anomaly -> !told.contains(anomaly))
            .map(anomaly -> List.of(anomaly.server(), anomaly.what(), anomaly.at()))
            .distinct()
            .count();
    if (others > 0) {
      lines.add(
          "%d more of servers that are in trouble all the time (inventory flaps, for one)."
              .formatted(others));
    }
    return lines;
  }

  @Override
  public void close() {
    injector.close();
    if (subscription != null) {
      subscription.close();
    }
  }
}
