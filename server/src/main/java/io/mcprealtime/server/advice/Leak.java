package io.mcprealtime.server.advice;

import static io.mcprealtime.advice.Figure.Unit.BYTES_PER_HOUR;
import static io.mcprealtime.server.advice.ServerRule.format;

import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server's memory only grows, as its watch has found. */
final class Leak implements ServerRule {
  static final String NAME = "memory-leak";
  private static final String FOUND = "foundAt";

  static final String SLOPE = "slopeBytesPerHour";

  /** Minutes of a process's memory before its growth means anything. */
  static final int MIN_POINTS = 30;

  private static final Duration SPAN = Duration.ofHours(2);

  private final Marks marks;

  Leak(Marks marks) {
    this.marks = marks;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Its process: another one has begun anew. */
  private static @Nullable String setting(ServerFacts facts) {
    var watch = facts.view().watch();
    return watch == null || watch.process() == null ? null : "process " + watch.process().pid();
  }

  private static Figure growth(double bytesPerHour, long points) {
    return Figure.lower("the growth of its memory", bytesPerHour, BYTES_PER_HOUR).of(points);
  }

  @Override
  public Optional<Recommendation> look(ServerFacts facts) {
    var event = marks.leak(facts.id()).orElse(null);
    var watch = facts.view().watch();
    var process = watch == null ? null : watch.process();
    if (event == null || process == null) {
      return Optional.empty();
    }
    // What was found of a process before this one says nothing of it.
    if (event.at().isBefore(facts.now().minus(process.uptime()))) {
      return Optional.empty();
    }
    var details = event.details();
    double slope = Double.parseDouble(details.getOrDefault(SLOPE, "0"));
    long points = Long.parseLong(details.getOrDefault("points", "0"));
    return Optional.of(
        Recommendation.of(NAME)
            .server(facts.id())
            .what("Restart %s, and update it or tell its makers".formatted(facts.id()))
            .together("Restart, and update or report to their makers,")
            .why(
                format(
                    "its memory grew by %.1f MB an hour (p = %s, %d minutes) when that was found at"
                        + " %s",
                    slope / 1e6, details.getOrDefault("pValue", "unknown"), points, event.at()))
            .effect("its memory stays within bounds")
            .figure(growth(slope, points))
            .setting(setting(facts))
            .evidence(FOUND, event.at())
            .build());
  }

  @Override
  public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
    var setting = setting(facts);
    if (setting == null) {
      return Optional.of(new Reading(null, null));
    }
    boolean untouched = setting.equals(recommendation.setting());
    if (untouched && Marks.isOver(recommendation, FOUND, facts.now())) {
      return Optional.empty();
    }
    var from = since.isBefore(facts.now().minus(SPAN)) ? facts.now().minus(SPAN) : since;
    var figure =
        facts
            .history()
            .memory(facts.id(), from, facts.now(), MIN_POINTS)
            .map(found -> growth(found.bytesPerHour(), found.points()))
            .orElse(null);
    // Nothing was found of a new process yet: that says nothing of its memory.
    return Optional.of(new Reading(setting, figure).withoutSilence());
  }
}
