package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows one server's samples, oldest first, and knows at any time what is unusual about it, what
 * was in the last day, and how well it does. Some kilobytes a server. Not thread-safe.
 */
public final class AnomalyWatch {
  /** How long what has ended is remembered, and how much of it. */
  public static final Duration MEMORY = Duration.ofDays(1);

  private static final int MOST_ENDED = 100;
  private static final int MOST_OF_THE_PAST = 10_000;
  private static final int VERSION = 1;
  private static final int MOST_TEXT = 2_000;

  private final ServerId server;
  private final Set<Metric> judged;
  private final @Nullable Instant remembered;
  private final Map<Metric, MetricWatch> metrics = new EnumMap<>(Metric.class);
  private final ErrorRateWatch errors = new ErrorRateWatch();
  private final ShiftWatch shift = new ShiftWatch();
  private final Deque<Anomaly> ended = new ArrayDeque<>();
  private final Deque<Shift> shifts = new ArrayDeque<>();
  private final FigureWatch figures = new FigureWatch();
  private @Nullable Instant since;
  private @Nullable Instant last;

  /** The newest sample that told of calls; after a restart the newest of all. */
  private @Nullable Instant lastCounts;

  private @Nullable Instant downSince;
  private boolean seenUp;
  private @Nullable String error;

  private AnomalyWatch(ServerId server, Set<Metric> judged, @Nullable Instant remembered) {
    this.server = server;
    this.judged = judged;
    this.remembered = remembered;
  }

  /** Of a server whose samples tell of calls that others make. */
  public static AnomalyWatch ofReported(ServerId server) {
    return new AnomalyWatch(server, EnumSet.allOf(Metric.class), null);
  }

  /** Of a server that is probed: how many calls a sample tells of is the prober's choice. */
  public static AnomalyWatch ofProbed(ServerId server) {
    return new AnomalyWatch(server, EnumSet.complementOf(EnumSet.of(Metric.THROUGHPUT)), null);
  }

  /**
   * One of the same kind that has followed nothing yet, to go over the past again: it remembers
   * what ended after that instant, however long ago.
   */
  public AnomalyWatch anew(Instant from) {
    return new AnomalyWatch(server, judged, from);
  }

  public ServerId server() {
    return server;
  }

  /** The first sample that it has followed; absent before. */
  public @Nullable Instant since() {
    return since;
  }

  /** The newest sample that it has followed; absent before. */
  public @Nullable Instant last() {
    return last;
  }

  /** Takes the next sample; one that is not newer than the last brings nothing. */
  public Findings observe(ServerMetrics sample) {
    var findings = new Findings();
    var at = sample.at();
    if (last != null && !at.isAfter(last)) {
      return findings;
    }
    since = since == null ? at : since;
    figures.next(sample, last);
    last = at;
    availability(sample);
    metrics.values().forEach(watch -> watch.endIfSilent(at, findings));
    if (lastCounts != null && lastCounts.isBefore(at.minus(MetricWatch.SILENT))) {
      endErrors(findings);
    }
    if (!isUnknown(sample) && !sample.state().isUp()) {
      metrics.values().forEach(watch -> watch.end(findings));
      endErrors(findings);
    }
    for (var metric : judged) {
      // What a server that is not up reports says nothing of how it works.
      var value = metric.of(sample);
      if (value.isPresent() && sample.state().isUp()) {
        metrics.computeIfAbsent(metric, MetricWatch::new).next(at, value.getAsDouble(), findings);
      }
    }
    var time = Metric.RESPONSE_TIME.of(sample);
    if (time.isPresent() && sample.state().isUp()) {
      shift.next(at, time.getAsDouble()).ifPresent(findings::shifted);
    }
    errorRate(sample, findings);
    remember(findings, at);
    return findings;
  }

  /** Ends an anomaly of the error rate when there is nothing to be said of it any more. */
  private void endErrors(Findings findings) {
    if (errors.isActive() && lastCounts != null) {
      findings.ended(errors.anomaly(lastCounts), true);
      errors.end();
    }
  }

  private void errorRate(ServerMetrics sample, Findings findings) {
    var calls = sample.requestCount();
    var failed = sample.errorCount();
    // Of a server that is down every call fails, which is told as such.
    if (calls == null || failed == null || !sample.state().isUp()) {
      return;
    }
    lastCounts = sample.at();
    switch (errors.next(sample.at(), calls, failed)) {
      case BEGAN -> findings.began(errors.anomaly(null));
      case ENDED -> findings.ended(errors.anomaly(sample.at()), true);
      case NONE -> {}
    }
  }

  private static boolean isUnknown(ServerMetrics sample) {
    return sample.state() == ServerState.UNKNOWN;
  }

  private void availability(ServerMetrics sample) {
    if (isUnknown(sample)) {
      return;
    }
    if (sample.state().isUp()) {
      if (downSince != null) {
        ended.addLast(outage(downSince, sample.at()));
      }
      downSince = null;
      seenUp = true;
    } else if (downSince == null && seenUp) {
      downSince = sample.at();
      error = sample.lastError();
    }
  }

  private Anomaly outage(Instant from, @Nullable Instant until) {
    String when =
        until == null
            ? "The server was up and is not since " + from
            : "The server was not up from %s to %s".formatted(from, until);
    return new Anomaly(
        "availability",
        Severity.CRITICAL,
        from,
        until,
        0,
        1,
        1,
        null,
        when + (error == null ? "." : ": " + error));
  }

  private void remember(Findings findings, Instant now) {
    ended.addAll(findings.ended());
    ended.addAll(findings.endedUntold());
    shifts.addAll(findings.shifts());
    if (ended.isEmpty() && shifts.isEmpty()) {
      return;
    }
    var oldest = remembered == null ? now.minus(MEMORY) : remembered;
    int most = remembered == null ? MOST_ENDED : MOST_OF_THE_PAST;
    ended.removeIf(anomaly -> anomaly.until() != null && anomaly.until().isBefore(oldest));
    shifts.removeIf(found -> found.seenAt().isBefore(oldest));
    while (ended.size() > most) {
      ended.removeFirst();
    }
    while (shifts.size() > most) {
      shifts.removeFirst();
    }
  }

  /** The anomalies that go on; single spikes are none yet. */
  public List<Anomaly> open() {
    return open(MetricWatch::confirmed);
  }

  private List<Anomaly> open(Function<MetricWatch, @Nullable Anomaly> which) {
    var open = new ArrayList<Anomaly>();
    if (downSince != null) {
      open.add(outage(downSince, null));
    }
    for (var watch : metrics.values()) {
      var anomaly = which.apply(watch);
      if (anomaly != null) {
        open.add(anomaly);
      }
    }
    if (errors.isActive()) {
      open.add(errors.anomaly(null));
    }
    return open;
  }

  /** What was unusual from an instant on, oldest first. */
  public AnomalyReport report(Instant from) {
    var found = new ArrayList<>(ended);
    found.removeIf(anomaly -> anomaly.until() != null && !anomaly.until().isAfter(from));
    found.addAll(open(MetricWatch::open));
    found.sort((a, b) -> a.since().compareTo(b.since()));
    return new AnomalyReport(
        server, found, shifts.stream().filter(seen -> seen.seenAt().isAfter(from)).toList());
  }

  /** How well the server does now. */
  public HealthFigures figures() {
    return figures.figures(open());
  }

  /** The whole state, which restores to a watch that goes on as this one would. */
  public byte[] save() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(server.value());
      out.writeBoolean(judged.contains(Metric.THROUGHPUT));
      writeInstant(out, since);
      writeInstant(out, last);
      writeInstant(out, downSince);
      out.writeBoolean(seenUp);
      out.writeUTF(error == null ? "" : error.substring(0, Math.min(error.length(), MOST_TEXT)));
      out.writeByte(metrics.size());
      for (var entry : metrics.entrySet()) {
        out.writeUTF(entry.getKey().name());
        entry.getValue().save(out);
      }
      errors.save(out);
      shift.save(out);
      figures.save(out);
      out.writeByte(ended.size());
      for (var anomaly : ended) {
        SavedAnomaly.write(out, anomaly);
      }
      out.writeByte(shifts.size());
      for (var found : shifts) {
        SavedAnomaly.write(out, found);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * The watch whose state that is.
   *
   * @throws IllegalArgumentException when it is none, or of another version
   */
  public static AnomalyWatch restore(byte[] state) {
    try (var in = new DataInputStream(new ByteArrayInputStream(state))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalArgumentException("a watch's state is of version " + version);
      }
      var server = ServerId.of(in.readUTF());
      var watch = in.readBoolean() ? ofReported(server) : ofProbed(server);
      watch.read(in);
      return watch;
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("a watch's state cannot be read: " + e.getMessage(), e);
    }
  }

  private void read(DataInputStream in) throws IOException {
    since = readInstant(in);
    last = readInstant(in);
    lastCounts = last;
    downSince = readInstant(in);
    seenUp = in.readBoolean();
    String text = in.readUTF();
    error = text.isEmpty() ? null : text;
    int count = in.readByte();
    for (int i = 0; i < count; i++) {
      var metric = Metric.valueOf(in.readUTF());
      metrics.put(metric, MetricWatch.restore(metric, in));
    }
    errors.restore(in);
    shift.restore(in);
    figures.restore(in);
    int remembered = in.readByte();
    for (int i = 0; i < remembered; i++) {
      ended.add(SavedAnomaly.read(in));
    }
    int shifted = in.readByte();
    for (int i = 0; i < shifted; i++) {
      shifts.add(SavedAnomaly.readShift(in));
    }
  }

  private static void writeInstant(DataOutputStream out, @Nullable Instant instant)
      throws IOException {
    out.writeLong(instant == null ? Long.MIN_VALUE : instant.toEpochMilli());
  }

  private static @Nullable Instant readInstant(DataInputStream in) throws IOException {
    long millis = in.readLong();
    return millis == Long.MIN_VALUE ? null : Instant.ofEpochMilli(millis);
  }
}
