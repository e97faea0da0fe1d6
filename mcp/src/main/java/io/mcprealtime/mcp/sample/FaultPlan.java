package io.mcprealtime.mcp.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Which servers misbehave, how and when, in order of time. It begins when servers had time to show
 * what is usual, and gives each a rest between two faults.
 *
 * @param faults the same for the same arguments
 */
public record FaultPlan(List<Planned> faults) {
  /**
   * A fault to come.
   *
   * @param after the start
   */
  public record Planned(String server, SampleFault fault, Duration after, Duration length) {
    Duration end() {
      return after.plus(length);
    }
  }

  /**
   * When faults come.
   *
   * @param first the first one, after the start
   * @param length of each; with a random plan, of the longest
   * @param rest at least so long a server behaves between two faults of its own
   */
  public record Pace(Duration first, Duration length, Duration rest) {}

  public FaultPlan {
    faults = List.copyOf(faults);
  }

  /**
   * One fault at a time, so long after each other, of the server that had none for the longest; of
   * a server's kinds of faults one after another.
   *
   * @param kinds what each server can do wrong; may differ from server to server
   */
  public static FaultPlan inTurn(
      Map<String, List<SampleFault>> kinds, Pace pace, Duration every, Duration total) {
    var faults = new ArrayList<Planned>();
    var servers = new ArrayList<>(kinds.keySet());
    var free = new HashMap<String, Duration>();
    var had = new HashMap<String, Integer>();
    int turn = 0;
    for (var at = pace.first(); fits(at, pace.length(), total); at = at.plus(every)) {
      var server = servers.get(turn % servers.size());
      if (free.getOrDefault(server, Duration.ZERO).compareTo(at) <= 0) {
        int count = had.merge(server, 1, Integer::sum);
        var choice = kinds.getOrDefault(server, List.of());
        faults.add(new Planned(server, choice.get((count - 1) % choice.size()), at, pace.length()));
        free.put(server, at.plus(pace.length()).plus(pace.rest()));
        turn++;
      }
    }
    return new FaultPlan(faults);
  }

  /** Faults of each server by chance, of half the length to the whole of it. */
  public static FaultPlan random(
      long seed, List<String> servers, List<SampleFault> kinds, Pace pace, Duration total) {
    var random = new Random(seed);
    var faults = new ArrayList<Planned>();
    var bag = new ArrayList<SampleFault>();
    for (var server : servers) {
      var at = pace.first().plus(share(pace.rest(), random.nextDouble()));
      while (fits(at, pace.length(), total)) {
        if (bag.isEmpty()) {
          // Each kind comes as often as the others.
          bag.addAll(kinds);
        }
        var fault = bag.remove(random.nextInt(bag.size()));
        var length = share(pace.length(), 0.5 + random.nextDouble() / 2);
        faults.add(new Planned(server, fault, at, length));
        at = at.plus(length).plus(share(pace.rest(), 1 + random.nextDouble() / 2));
      }
    }
    faults.sort(Comparator.comparing(Planned::after));
    return new FaultPlan(faults);
  }

  private static boolean fits(Duration at, Duration length, Duration total) {
    return at.plus(length).compareTo(total) <= 0;
  }

  private static Duration share(Duration whole, double share) {
    return Duration.ofMillis(Math.round(whole.toMillis() * share));
  }
}
