package io.mcprealtime.advice;

import static io.mcprealtime.advice.Figure.Unit.COUNT;

import io.mcprealtime.ServerState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Servers that are no use as they are, in one line for each state. */
final class StateRules {
  private StateRules() {}

  static List<ManagerRule> all() {
    return List.of(
        new InState(
            "servers-down",
            ServerState.DOWN,
            Urgency.URGENT,
            "Bring back what is down",
            "%d of %d servers %s down",
            "they answer again"),
        new InState(
            "servers-locked",
            ServerState.AUTH_REQUIRED,
            Urgency.NORMAL,
            "Add headers or a token to the config",
            "%d of %d servers %s behind a login",
            "what lies behind the login is checked too"),
        new InState(
            "servers-empty",
            ServerState.EMPTY,
            Urgency.NORMAL,
            "See what lies behind servers that list no tools",
            "%d of %d servers %s without tools",
            "clients find tools there"));
  }

  /**
   * @param pattern of how many of how many are so
   */
  private record InState(
      String name, ServerState state, Urgency urgency, String what, String pattern, String effect)
      implements ManagerRule {
    @Override
    public List<Recommendation> look(ManagerFacts facts) {
      var servers = facts.in(state);
      if (servers.isEmpty()) {
        return List.of();
      }
      var count =
          pattern.formatted(
              servers.size(), facts.latest().size(), servers.size() == 1 ? "is" : "are");
      return List.of(
          Recommendation.of(name)
              .what(what)
              .why("%s (%s)".formatted(count, AdviceLine.names(servers)))
              .effect(effect)
              .urgency(urgency)
              .figure(figure(facts))
              .build());
    }

    private Figure figure(ManagerFacts facts) {
      return Figure.lower("the number of servers in state " + state, facts.in(state).size(), COUNT);
    }

    @Override
    public Optional<Reading> read(
        ManagerFacts facts, Recommendation recommendation, Instant since) {
      // Who is not known yet may be in that state.
      return Optional.of(new Reading(null, facts.awaited() ? null : figure(facts)));
    }
  }
}
