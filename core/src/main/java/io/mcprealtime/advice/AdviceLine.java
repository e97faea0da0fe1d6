package io.mcprealtime.advice;

import static java.util.Comparator.comparing;

import io.mcprealtime.ServerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What one rule recommends, in one line where it is about many servers.
 *
 * @param why the numbers; those of one server where there are many
 * @param servers that it concerns, by name; empty when it concerns the whole
 * @param ids of the recommendations behind it
 */
public record AdviceLine(
    String rule,
    Urgency urgency,
    String what,
    String why,
    String effect,
    List<ServerId> servers,
    List<String> ids) {
  /** So many servers have lines of their own. */
  private static final int APART = 3;

  private static final int NAMED = 3;

  public AdviceLine {
    servers = List.copyOf(servers);
    ids = List.copyOf(ids);
  }

  /** What to do and why. */
  public String text() {
    return what + ": " + why;
  }

  /** Recommendations as lines, the urgent ones first. */
  public static List<AdviceLine> of(Collection<Recommendation> recommendations) {
    var rules = new LinkedHashMap<String, List<Recommendation>>();
    recommendations.stream()
        .sorted(comparing(Recommendation::urgency).reversed())
        .forEach(
            one ->
                rules
                    .computeIfAbsent(
                        one.urgency() + one.rule() + (one.server() == null ? one.id() : ""),
                        key -> new ArrayList<>())
                    .add(one));
    var lines = new ArrayList<AdviceLine>();
    for (var alike : rules.values()) {
      if (alike.size() <= APART) {
        alike.forEach(one -> lines.add(line(one)));
      } else {
        lines.add(joined(alike));
      }
    }
    return lines;
  }

  private static AdviceLine line(Recommendation one) {
    var server = one.server();
    return new AdviceLine(
        one.rule(),
        one.urgency(),
        one.what(),
        one.why(),
        one.effect(),
        server == null ? List.of() : List.of(server),
        List.of(one.id()));
  }

  private static AdviceLine joined(List<Recommendation> alike) {
    var first = alike.get(0);
    var servers = new ArrayList<ServerId>();
    for (var one : alike) {
      var server = one.server();
      if (server != null) {
        servers.add(server);
      }
    }
    servers.sort(null);
    return new AdviceLine(
        first.rule(),
        first.urgency(),
        "%s %d servers: %s".formatted(first.together(), servers.size(), names(servers)),
        "%s, for one, has these numbers: %s".formatted(first.server(), first.why()),
        first.effect(),
        servers,
        alike.stream().map(Recommendation::id).toList());
  }

  /** The first of them by name, and how many more: {@code a, b, c and 9 more}. */
  public static String names(Collection<ServerId> servers) {
    var named = servers.stream().sorted().limit(NAMED).map(ServerId::value).toList();
    int more = servers.size() - named.size();
    return String.join(", ", named) + (more == 0 ? "" : " and %d more".formatted(more));
  }
}
