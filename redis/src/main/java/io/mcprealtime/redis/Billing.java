package io.mcprealtime.redis;

import static java.time.ZoneOffset.UTC;

import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.List;

/** Tells a meter what is sent, by the rules by which services bill it. */
final class Billing {
  /** So long after a month's begin a service may still tell what the month before used. */
  private static final Duration RESET_LAG = Duration.ofHours(6);

  private final Meter meter;
  private final InstantSource time;

  Billing(Meter meter, InstantSource time) {
    this.meter = meter;
    this.time = time;
  }

  /** Counts commands as they are sent, whatever becomes of them. */
  void commands(List<Command> commands) {
    long billed = commands.stream().filter(Command::isBilled).count();
    if (billed > 0) {
      meter.count(Resource.REDIS_COMMANDS, billed);
    }
  }

  void bytes(long bytes) {
    if (bytes > 0) {
      meter.count(Resource.REDIS_TRAFFIC, bytes);
    }
  }

  /** Takes over the service's own count of the month's commands, once it is of this month. */
  void commandsUsed(long commands) {
    var now = time.instant();
    if (YearMonth.from(now.minus(RESET_LAG).atZone(UTC)).equals(YearMonth.from(now.atZone(UTC)))) {
      meter.reconcile(Resource.REDIS_COMMANDS, commands);
    }
  }

  /** Takes over what the service says it holds. */
  void bytesHeld(long bytes) {
    meter.reconcile(Resource.REDIS_MEMORY, bytes);
  }
}
