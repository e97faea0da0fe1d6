package io.mcprealtime.redis;

import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import java.util.List;

/** Tells a meter what is sent, by the rules by which services bill it. */
final class Billing {
  private final Meter meter;

  Billing(Meter meter) {
    this.meter = meter;
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

  /** Takes over the service's own count of the month's commands. */
  void commandsUsed(long commands) {
    meter.reconcile(Resource.REDIS_COMMANDS, commands);
  }

  /** Takes over what the service says it holds. */
  void bytesHeld(long bytes) {
    meter.reconcile(Resource.REDIS_MEMORY, bytes);
  }
}
