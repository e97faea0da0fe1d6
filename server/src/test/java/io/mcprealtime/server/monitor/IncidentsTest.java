package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.EventType;
import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.StateRule;
import io.mcprealtime.mcp.Target;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IncidentsTest {
  private static final Place HOST = new Place(Place.Kind.HOST, "api.example:443");

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final List<MonitoringEvent> told = new ArrayList<>();
  private final List<ServerId> lookedAt = new ArrayList<>();
  private final Incidents incidents = new Incidents(time, told::addAll, lookedAt::add);
  private final Map<ServerId, Set<Place>> places = new HashMap<>();
  private final Map<ServerId, Boolean> down = new HashMap<>();

  private List<ServerId> servers(int count, String prefix, Place... shared) {
    var servers = IntStream.range(0, count).mapToObj(i -> ServerId.of(prefix + i)).toList();
    for (var server : servers) {
      places.put(server, Set.of(shared));
      succeeds(server);
    }
    return servers;
  }

  private void succeeds(ServerId server) {
    probed(server, false);
    declared(server, down.getOrDefault(server, false), List.of());
  }

  private void fails(ServerId server) {
    probed(server, true);
    declared(server, down.getOrDefault(server, false), List.of());
  }

  private void goesDown(ServerId server) {
    down.put(server, true);
    probed(server, true);
    declared(server, true, List.of(event(server, EventType.STATUS_CHANGE)));
  }

  private void recovers(ServerId server) {
    down.put(server, false);
    probed(server, false);
    declared(server, false, List.of(event(server, EventType.RECOVERY)));
  }

  private void probed(ServerId server, boolean failed) {
    incidents.probed(server, places.getOrDefault(server, Set.of()), failed, time.instant());
  }

  private void declared(ServerId server, boolean isDown, List<MonitoringEvent> news) {
    incidents.declared(server, isDown, time.instant(), news);
  }

  private MonitoringEvent event(ServerId server, EventType type) {
    return MonitoringEvent.of(server, time.instant(), type, Severity.ERROR, server + " " + type);
  }

  private void pass(Duration duration) {
    time.advance(duration);
    incidents.tick();
  }

  /** What was told since the last call: servers of events, or messages of incidents. */
  private List<String> news() {
    var news =
        told.stream()
            .map(
                event ->
                    event.type() == EventType.INCIDENT ? event.message() : named(event.server()))
            .toList();
    told.clear();
    return news;
  }

  private static String named(@Nullable ServerId server) {
    return server == null ? "none" : server.value();
  }

  @Test
  void fewServers_areToldAtOnce_oneByOne() {
    var both = servers(2, "s", HOST);
    both.forEach(this::goesDown);
    assertThat(news()).containsExactly("s0", "s1");
    assertThat(incidents.all()).isEmpty();
    assertThat(lookedAt).isEmpty();
  }

  @Test
  void oneOfMany_waitsForOthers_andIsToldAlone() {
    var servers = servers(6, "s", HOST);
    goesDown(servers.get(0));
    assertThat(news()).isEmpty();
    assertThat(incidents.mayBeShared(servers.get(0))).isTrue();
    assertThat(lookedAt).containsExactlyElementsOf(servers.subList(1, 6));
    pass(Duration.ofMillis(9_999));
    assertThat(news()).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(news()).containsExactly("s0");
    assertThat(incidents.mayBeShared(servers.get(0))).isFalse();
    recovers(servers.get(0));
    assertThat(news()).containsExactly("s0");
  }

  @Test
  void serverThatIsBackWhileItsAlarmWaits_isToldBoth() {
    var servers = servers(3, "s", HOST);
    goesDown(servers.get(0));
    recovers(servers.get(0));
    assertThat(told)
        .extracting(MonitoringEvent::type)
        .containsExactly(EventType.STATUS_CHANGE, EventType.RECOVERY);
    told.clear();
    pass(Duration.ofMinutes(1));
    assertThat(news()).isEmpty();
  }

  @Test
  void hostDown_isOneIncident_untilAllAreBack() {
    var servers = servers(6, "s", HOST);
    fails(servers.get(1));
    time.advance(Duration.ofSeconds(2));
    fails(servers.get(2));
    goesDown(servers.get(0));
    assertThat(news()).isEmpty();
    fails(servers.get(3));
    assertThat(news())
        .containsExactly("4 of 6 servers at the host api.example:443 fail: s1, s0, s2, s3");
    servers.forEach(this::goesDown);
    assertThat(news()).isEmpty();
    pass(Duration.ofMinutes(5));
    assertThat(news()).isEmpty();
    var incident = incidents.all().get(0);
    assertThat(incident.place()).isEqualTo(HOST);
    assertThat(incident.since()).isEqualTo(Instant.parse("2026-11-20T12:00:00Z"));
    assertThat(incident.until()).isNull();
    assertThat(incident.servers()).hasSize(6);
    assertThat(incident.down()).hasSize(6);
    assertThat(incident.watched()).isEqualTo(6);
    assertThat(incidents.of(servers.get(5))).contains(incident.id());

    lookedAt.clear();
    servers.forEach(this::recovers);
    assertThat(lookedAt).contains(servers.get(5));
    assertThat(news())
        .containsExactly(
            "The incident at the host api.example:443 is over after 302 s, 6 servers were part of it");
    assertThat(incidents.all().get(0).until()).isEqualTo(time.instant());
    assertThat(incidents.all().get(0).down()).isEmpty();
    assertThat(servers).noneMatch(incidents::mayBeShared);
  }

  @Test
  void incidentEvent_tellsItsNumbers() {
    servers(3, "s", HOST).forEach(this::goesDown);
    var event = told.get(0);
    assertThat(event.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(event.server()).isNull();
    assertThat(event.details())
        .containsEntry("place", "host")
        .containsEntry("name", "api.example:443")
        .containsEntry("servers", "s0, s1, s2")
        .containsEntry("incident", incidents.all().get(0).id().toString())
        .doesNotContainKey("supersedes");
  }

  @Test
  void serverThatFailsLater_joins_andWhoStaysDown_isToldAfterTheEnd() {
    var servers = servers(6, "s", HOST);
    servers.subList(0, 5).forEach(this::goesDown);
    pass(Duration.ofMinutes(1));
    goesDown(servers.get(5));
    assertThat(news()).hasSize(1);
    assertThat(incidents.all().get(0).servers()).contains(servers.get(5));

    servers.subList(0, 5).forEach(this::recovers);
    assertThat(news()).isEmpty();
    pass(Duration.ofSeconds(9));
    assertThat(news()).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(news())
        .containsExactly(
            "The incident at the host api.example:443 is over after 70 s, 6 servers were part of"
                + " it; still down: s5",
            "s5");
    recovers(servers.get(5));
    assertThat(news()).containsExactly("s5");
  }

  @Test
  void fewThatLinger_areNoEnd_whenOthersFailAgain() {
    var servers = servers(4, "s", HOST);
    servers.forEach(this::goesDown);
    news();
    servers.subList(0, 2).forEach(this::recovers);
    pass(Duration.ofSeconds(9));
    goesDown(servers.get(0));
    pass(Duration.ofSeconds(30));
    assertThat(news()).isEmpty();
    assertThat(incidents.all()).hasSize(1);
    assertThat(incidents.all().get(0).until()).isNull();
  }

  @Test
  void outageToldBeforeTheIncident_hasItsRecoveryTold() {
    var servers = servers(5, "s", HOST);
    goesDown(servers.get(0));
    pass(Duration.ofSeconds(11));
    assertThat(news()).containsExactly("s0");
    servers.subList(1, 5).forEach(this::goesDown);
    assertThat(news())
        .containsExactly("3 of 5 servers at the host api.example:443 fail: s0, s1, s2");
    servers.forEach(this::recovers);
    assertThat(news()).hasSize(2).contains("s0");
  }

  @Test
  void serverThatOnlySeemedToFail_leaves_andItsOwnOutageIsTold() {
    var servers = servers(5, "s", HOST);
    goesDown(servers.get(0));
    fails(servers.get(1));
    fails(servers.get(2));
    assertThat(news()).hasSize(1);
    succeeds(servers.get(1));
    succeeds(servers.get(2));
    assertThat(incidents.of(servers.get(1))).isEmpty();
    pass(Duration.ofSeconds(10));
    assertThat(news()).hasSize(2).last().isEqualTo("s0");
    goesDown(servers.get(1));
    pass(Duration.ofSeconds(10));
    assertThat(news()).containsExactly("s1");
  }

  @Test
  void newsOfMembersThatAreUp_goOn() {
    var servers = servers(3, "s", HOST);
    servers.forEach(this::goesDown);
    news();
    down.put(servers.get(0), false);
    probed(servers.get(0), false);
    declared(servers.get(0), false, List.of(event(servers.get(0), EventType.STATUS_CHANGE)));
    assertThat(news()).as("down to degraded is no return").containsExactly("s0");
    declared(servers.get(1), true, List.of(event(servers.get(1), EventType.CIRCUIT_BREAKER)));
    assertThat(news()).isEmpty();
  }

  @Test
  void knownToBeDownFromBefore_hasItsRecoveryTold() {
    var servers = servers(4, "s", HOST);
    for (var server : servers) {
      down.put(server, true);
      probed(server, true);
      declared(server, true, List.of());
    }
    assertThat(news()).hasSize(1);
    recovers(servers.get(0));
    assertThat(news()).containsExactly("s0");
  }

  @Test
  void addressBehindHosts_isTheIncident_andSupersedesThatOfOneHost() {
    var address = new Place(Place.Kind.ADDRESS, "192.0.2.7");
    var other = new Place(Place.Kind.HOST, "other.example:443");
    var first = servers(3, "a", HOST, address);
    var second = servers(3, "b", other, address);
    first.forEach(this::goesDown);
    assertThat(news())
        .containsExactly("3 of 3 servers at the host api.example:443 fail: a0, a1, a2");
    var narrow = incidents.all().get(0).id();
    goesDown(second.get(0));
    assertThat(told.get(0).details()).containsEntry("supersedes", narrow.toString());
    assertThat(news())
        .containsExactly("4 of 6 servers at the address 192.0.2.7 fail: a0, a1, a2, b0");
    assertThat(incidents.all()).hasSize(2);
    assertThat(incidents.all().get(0).place()).isEqualTo(address);
    assertThat(incidents.all().get(1).until()).isNotNull();

    first.forEach(this::recovers);
    second.forEach(this::recovers);
    assertThat(news())
        .containsExactly(
            "The incident at the address 192.0.2.7 is over after 0 s, 4 servers were part of it",
            "b1",
            "b2");
    first.forEach(this::goesDown);
    pass(Duration.ofMinutes(1));
    assertThat(news()).as("nothing is left of the old ones").hasSize(1);
  }

  @Test
  void supersededIncident_leavesNobodyBehind() {
    var address = new Place(Place.Kind.ADDRESS, "192.0.2.7");
    var other = new Place(Place.Kind.HOST, "other.example:443");
    var first = servers(3, "a", HOST, address);
    var second = servers(3, "b", other, address);
    first.forEach(this::goesDown);
    // Down, though its last probe went well: nobody is sure of it yet.
    probed(first.get(0), false);
    second.forEach(this::goesDown);
    assertThat(incidents.of(first.get(0))).isEqualTo(incidents.of(second.get(0)));
    assertThat(incidents.all().get(0).servers()).hasSize(6);
    news();
    first.forEach(this::recovers);
    second.forEach(this::recovers);
    assertThat(news()).hasSize(1);
    assertThat(first).noneMatch(incidents::mayBeShared);
  }

  @Test
  void narrowerPlace_doesNotTakeFromAWiderIncident() {
    var address = new Place(Place.Kind.ADDRESS, "192.0.2.7");
    var other = new Place(Place.Kind.HOST, "other.example:443");
    var first = servers(3, "a", HOST, address);
    var second = servers(3, "b", other, address);
    var odd = servers(1, "odd", HOST).get(0);
    first.forEach(this::goesDown);
    second.forEach(this::goesDown);
    var wide = incidents.of(first.get(0));
    news();
    goesDown(odd);
    assertThat(incidents.of(first.get(0))).isEqualTo(wide);
    assertThat(incidents.of(odd)).isEmpty();
    pass(Duration.ofSeconds(10));
    assertThat(news()).containsExactly("odd0");
  }

  @Test
  void uplinkOverHosts() {
    var all = new ArrayList<ServerId>();
    for (int host = 0; host < 5; host++) {
      var place = new Place(Place.Kind.HOST, "h%d.example:443".formatted(host));
      all.addAll(servers(1, "h%d-".formatted(host), place, Place.UPLINK));
    }
    servers(1, "here", new Place(Place.Kind.HOST, "127.0.0.1:8080"));
    all.subList(0, 3).forEach(this::goesDown);
    assertThat(news()).isEmpty();
    goesDown(all.get(3));
    assertThat(news()).containsExactly("4 of 5 servers at our uplink fail: h0-0, h1-0, h2-0, h3-0");
    goesDown(all.get(4));
    all.forEach(this::recovers);
    assertThat(news())
        .containsExactly("The incident at our uplink is over after 0 s, 5 servers were part of it");
  }

  @Test
  void programOfStdioServers() {
    var npx = new Place(Place.Kind.PROGRAM, "npx");
    servers(3, "s", npx).forEach(this::goesDown);
    assertThat(news()).containsExactly("3 of 3 servers at the program npx fail: s0, s1, s2");
  }

  @Test
  void forgottenServers_leaveTheirIncident_whichEnds() {
    var servers = servers(4, "s", HOST);
    servers.forEach(this::goesDown);
    news();
    incidents.forget(servers.get(0));
    assertThat(incidents.all().get(0).servers()).hasSize(3);
    incidents.forget(servers.get(1));
    pass(Duration.ofSeconds(10));
    assertThat(news())
        .containsExactly(
            "The incident at the host api.example:443 is over after 10 s, 2 servers were part of"
                + " it; still down: s2, s3",
            "s2",
            "s3");
    servers.forEach(incidents::forget);
    incidents.forget(ServerId.of("never"));
    assertThat(news()).isEmpty();
    // Nothing of them counts for those that come now.
    servers(3, "t", HOST).forEach(this::goesDown);
    assertThat(news())
        .containsExactly("3 of 3 servers at the host api.example:443 fail: t0, t1, t2");
  }

  @Test
  void serverThatMoves_countsWhereItIs() {
    var servers = servers(4, "s", HOST);
    var other = new Place(Place.Kind.HOST, "other.example:443");
    for (var server : servers.subList(0, 2)) {
      places.put(server, Set.of(other));
      succeeds(server);
    }
    servers.forEach(this::goesDown);
    assertThat(news()).containsExactly("s0", "s1", "s2", "s3");
  }

  @Test
  void close_tellsWhatWaits_andEndsNoIncident() {
    var servers = servers(3, "s", HOST);
    var others = servers(3, "t", new Place(Place.Kind.HOST, "other.example:443"));
    servers.forEach(this::goesDown);
    goesDown(others.get(0));
    news();
    incidents.close();
    assertThat(news()).containsExactly("t0");
    servers.forEach(incidents::forget);
    goesDown(others.get(1));
    others.forEach(incidents::forget);
    pass(Duration.ofMinutes(1));
    assertThat(news()).containsExactly("t1");
  }

  @Test
  void manyServers_areCutInMessages() {
    servers(40, "s", HOST).forEach(this::goesDown);
    var joined = incidents.all().get(0);
    assertThat(joined.servers()).hasSize(40);
    news();
    joined.servers().forEach(incidents::forget);
    assertThat(news()).hasSize(1).first().asString().contains("0 servers were part of it");
    for (int i = 0; i < 60; i++) {
      var some = servers(3, "x", HOST);
      some.forEach(this::goesDown);
      some.forEach(this::recovers);
    }
    assertThat(incidents.all()).hasSize(50);
  }

  @Test
  void place_isWhatServersShare() throws Exception {
    var at = time.instant();
    var result = Results.of(StateRule.UNREACHABLE, at, Duration.ofMillis(1));
    var http = http("https://api.example/mcp");
    assertThat(Place.of(http, result)).containsExactly(HOST, Place.UPLINK);
    var far = Results.at(InetAddress.getByName("192.0.2.7"), at);
    assertThat(Place.of(http, far))
        .containsExactly(HOST, new Place(Place.Kind.ADDRESS, "192.0.2.7"), Place.UPLINK);
    var here = Results.at(InetAddress.getLoopbackAddress(), at);
    assertThat(Place.of(http("http://localhost/mcp"), here))
        .containsExactly(new Place(Place.Kind.HOST, "localhost:80"));
    var sse = new Target.Sse(URI.create("http://localhost:81/sse"), Map.of(), Set.of());
    assertThat(Place.of(sse, here)).containsExactly(new Place(Place.Kind.HOST, "localhost:81"));
    var stdio = new Target.Stdio(List.of("npx", "-y", "x"), Map.of(), null);
    assertThat(Place.of(stdio, result)).containsExactly(new Place(Place.Kind.PROGRAM, "npx"));
    assertThat(Place.UPLINK.kind().wireName()).isEqualTo("uplink");
  }

  private static Target.StreamableHttp http(String url) {
    return new Target.StreamableHttp(URI.create(url), Map.of(), Set.of());
  }
}
