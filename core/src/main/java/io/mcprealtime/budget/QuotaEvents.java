package io.mcprealtime.budget;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Severity;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says in words and numbers what a governor did and why. One caller at a time. */
final class QuotaEvents {
  /** Shares of a limit on what is held whose passing is worth a word, in percent. */
  private static final int[] HELD_PERCENT = {90, 80};

  private final Budget budget;
  private final Consumer<? super MonitoringEvent> sink;
  private final Map<Resource, Integer> passed = new EnumMap<>(Resource.class);
  private @Nullable Resource stopsWrites;
  private @Nullable Resource stopsReads;

  QuotaEvents(Budget budget, Consumer<? super MonitoringEvent> sink) {
    this.budget = budget;
    this.sink = sink;
  }

  void intervalChanged(Instant now, Dial.Turn turn) {
    var details = details(turn);
    details.put("fromIntervalSeconds", Long.toString(turn.from().interval().toSeconds()));
    details.put("toIntervalSeconds", Long.toString(turn.to().interval().toSeconds()));
    tell(
        now,
        turn.isWider() ? Severity.WARNING : Severity.INFO,
        "the cache in Redis is written every %d s, no longer every %d s: %s"
            .formatted(
                turn.to().interval().toSeconds(), turn.from().interval().toSeconds(), why(turn)),
        details);
  }

  void stretchChanged(Instant now, Dial.Turn turn) {
    tell(
        now,
        turn.isWider() ? Severity.WARNING : Severity.INFO,
        "what was read is kept %s times as long, no longer %s times: %s"
            .formatted(times(turn.to()), times(turn.from()), why(turn)),
        details(turn));
  }

  private static String times(Step step) {
    return String.format(Locale.ROOT, "%.1f", step.stretch());
  }

  private String why(Dial.Turn turn) {
    var resource = turn.resource();
    long limit = budget.limits().of(resource).orElseThrow();
    return "of %s of %s this month %s %s, and %s would be by its end, where %s are planned"
        .formatted(
            amount(resource, limit),
            name(resource),
            amount(resource, turn.used()),
            turn.known()
                ? "are used"
                : "are taken for used, as the database has not told what was before",
            amount(resource, turn.forecast()),
            amount(resource, turn.planned()));
  }

  private Map<String, String> details(Dial.Turn turn) {
    var details = details(turn.resource(), budget.used(turn.resource()).orElse(0));
    if (!turn.known()) {
      details.put("takenForUsed", Long.toString(turn.used()));
    }
    details.put("forecast", Long.toString(turn.forecast()));
    details.put("planned", Long.toString(turn.planned()));
    details.put("fromStretch", times(turn.from()));
    details.put("toStretch", times(turn.to()));
    return details;
  }

  /**
   * @param limited the resource that stops writes now, if any does
   */
  void writes(Instant now, @Nullable Resource limited) {
    stopsWrites = stops(now, "writes to", stopsWrites, limited);
  }

  /**
   * @param limited the resource that stops reads now, if any does
   */
  void reads(Instant now, @Nullable Resource limited) {
    stopsReads = stops(now, "reads from", stopsReads, limited);
  }

  private @Nullable Resource stops(
      Instant now, String what, @Nullable Resource before, @Nullable Resource limited) {
    var resource = limited == null ? before : limited;
    if (resource != null && (before == null) != (limited == null)) {
      long used = budget.used(resource).orElse(0);
      long limit = budget.limits().of(resource).orElseThrow();
      tell(
          now,
          limited == null ? Severity.INFO : Severity.ERROR,
          "%s Redis %s: of %s of %s %s are used"
              .formatted(
                  what,
                  limited == null ? "go on" : "have stopped",
                  amount(resource, limit),
                  name(resource),
                  amount(resource, used)),
          details(resource, used));
    }
    return limited;
  }

  /** Warns when what is held passes a share of its limit. */
  void held(Instant now) {
    for (var resource : Resource.values()) {
      var limit = budget.limits().of(resource);
      var used = budget.used(resource);
      if (resource.kind() == Resource.Kind.HELD && limit.isPresent() && used.isPresent()) {
        held(now, resource, used.getAsLong(), limit.getAsLong());
      }
    }
  }

  private void held(Instant now, Resource resource, long used, long limit) {
    int reached = 0;
    for (int percent : HELD_PERCENT) {
      if (reached == 0 && used * 100.0 >= (double) limit * percent) {
        reached = percent;
      }
    }
    int before = passed.getOrDefault(resource, 0);
    passed.put(resource, reached);
    if (reached > before) {
      tell(
          now,
          Severity.WARNING,
          "over %d %% of %s are in use: %s of %s"
              .formatted(reached, name(resource), amount(resource, used), amount(resource, limit)),
          details(resource, used));
    }
  }

  private Map<String, String> details(Resource resource, long used) {
    var details = new TreeMap<String, String>();
    details.put("resource", resource.wireName());
    details.put("used", Long.toString(used));
    details.put("limit", Long.toString(budget.limits().of(resource).orElseThrow()));
    return details;
  }

  private void tell(Instant now, Severity severity, String message, Map<String, String> details) {
    sink.accept(
        MonitoringEvent.ofMonitor(now, EventType.QUOTA, severity, message).withDetails(details));
  }

  private static String name(Resource resource) {
    return switch (resource) {
      case REDIS_COMMANDS -> "Redis commands";
      case REDIS_TRAFFIC -> "Redis traffic";
      case REDIS_MEMORY -> "Redis memory";
      case DATABASE_EGRESS -> "database egress";
      case DATABASE_SIZE -> "the database's size";
    };
  }

  private static String amount(Resource resource, long amount) {
    return resource.unit() == Resource.Unit.COMMANDS
        ? String.format(Locale.ROOT, "%,d", amount)
        : String.format(Locale.ROOT, "%,.1f MB", amount / 1e6);
  }
}
