package io.mcprealtime.mcp.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.sample.FaultPlan.Pace;
import io.mcprealtime.mcp.sample.FaultPlan.Planned;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
  private static final Pace PACE = new Pace(seconds(165), seconds(30), seconds(300));
  private static final List<SampleFault> KINDS = List.of(SampleFault.slow(8), SampleFault.down());

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static FaultPlan inTurn(Duration total) {
    var kinds = new LinkedHashMap<String, List<SampleFault>>();
    kinds.put("a", KINDS);
    kinds.put("b", List.of(SampleFault.memory(4)));
    return FaultPlan.inTurn(kinds, PACE, seconds(60), total);
  }

  @Test
  void inTurn_restsEachServer_andGoesThroughItsKinds() {
    assertThat(inTurn(Duration.ofMinutes(12)).faults())
        .containsExactly(
            new Planned("a", SampleFault.slow(8), seconds(165), seconds(30)),
            new Planned("b", SampleFault.memory(4), seconds(225), seconds(30)),
            new Planned("a", SampleFault.down(), seconds(525), seconds(30)),
            new Planned("b", SampleFault.memory(4), seconds(585), seconds(30)));
  }

  @Test
  void inTurn_ofAShortTime_hasNone() {
    assertThat(inTurn(seconds(60)).faults()).isEmpty();
    assertThat(inTurn(seconds(194)).faults()).isEmpty();
    assertThat(inTurn(seconds(195)).faults()).hasSize(1);
  }

  @Test
  void random_isTheSameForASeed_andKeepsToThePace() {
    var total = Duration.ofHours(2);
    var servers = List.of("a", "b", "c");
    var plan = FaultPlan.random(7, servers, KINDS, PACE, total);
    assertThat(plan).isEqualTo(FaultPlan.random(7, servers, KINDS, PACE, total));
    assertThat(plan).isNotEqualTo(FaultPlan.random(8, servers, KINDS, PACE, total));
    var counts = new int[2];
    for (var server : servers) {
      var end = Duration.ZERO;
      for (var fault : plan.faults()) {
        if (fault.server().equals(server)) {
          assertThat(fault.after()).isGreaterThanOrEqualTo(end);
          assertThat(fault.length()).isBetween(seconds(15), seconds(30));
          end = fault.end().plus(PACE.rest());
          counts[KINDS.indexOf(fault.fault())]++;
        }
      }
      assertThat(end).isGreaterThan(Duration.ofMinutes(100));
    }
    assertThat(Math.abs(counts[0] - counts[1])).isLessThanOrEqualTo(1);
    assertThat(plan.faults().get(0).after()).isGreaterThanOrEqualTo(PACE.first());
  }

  @Test
  void injector_carriesOutThePlan_andKeepsTheTimes() {
    var orders = new CopyOnWriteArrayList<String>();
    var plan =
        new FaultPlan(
            List.of(
                new Planned("a", SampleFault.slow(8), Duration.ofMillis(10), Duration.ofMillis(20)),
                new Planned("bad", SampleFault.hang(), Duration.ZERO, Duration.ofMillis(5))));
    try (var injector =
        new FaultInjector(
            (server, fault) -> {
              if (server.equals("bad")) {
                throw new IllegalStateException("it cannot be reached");
              }
              orders.add(server + " " + SampleFault.format(fault));
            },
            TimeSource.system())) {
      injector.start(plan);
      await().until(() -> orders.size() == 2);
      assertThat(orders).containsExactly("a slow 8.0", "a none");
      await().until(() -> injector.injected().get(0).until() != null);
      var injected = injector.injected();
      assertThat(injected).as("one that could not be injected is none").hasSize(1);
      assertThat(injected.get(0).server()).isEqualTo("a");
      assertThat(new HashSet<>(injected)).hasSize(1);
      assertThat(injected.get(0).until()).isAfterOrEqualTo(injected.get(0).from());
    }
  }
}
