package io.mcprealtime.server.http;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LiveStreamTest {
  private static final String REQUEST =
      "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: %s\r\n\r\n";

  private final ApiFixture fixture = ApiFixture.open();
  private final List<Listener> listeners = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (var listener : listeners) {
      listener.socket.close();
    }
    fixture.close();
  }

  private Listener listen() throws IOException {
    return listen("identity");
  }

  private Listener listen(String encoding) throws IOException {
    var listener = new Listener(fixture.raw(REQUEST.formatted(encoding)));
    listeners.add(listener);
    return listener;
  }

  /** A reader of the chunks of a live stream. */
  private static final class Listener {
    private final Socket socket;
    private final BufferedReader reader;

    private Listener(Socket socket) throws IOException {
      this.socket = socket;
      this.reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private List<String> head() throws IOException {
      var lines = new ArrayList<String>();
      for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
        lines.add(line.toLowerCase(java.util.Locale.ROOT));
      }
      return lines;
    }

    private String until(String start) throws IOException {
      long end = System.nanoTime() + ApiFixture.PATIENCE.toNanos();
      String line = reader.readLine();
      while (line != null && !line.startsWith(start)) {
        // The heartbeat keeps the socket's own time-out from striking.
        assertThat(System.nanoTime()).as("waited for " + start).isLessThan(end);
        line = reader.readLine();
      }
      return String.valueOf(line);
    }

    private JsonNode next(String event) throws IOException {
      assertThat(until("event: " + event)).isEqualTo("event: " + event);
      return WireJson.parse(until("data: ").substring("data: ".length()));
    }
  }

  @Test
  void open_sendsItsHeadAtOnce() throws IOException {
    var listener = listen();
    assertThat(listener.head())
        .contains(
            "http/1.1 200 ok",
            "content-type: text/event-stream",
            "cache-control: no-store",
            "x-accel-buffering: no",
            "x-content-type-options: nosniff");
    assertThat(listener.until("retry")).isEqualTo("retry: 2000");
    assertThat(fixture.json("/readyz").get("listeners").intValue()).isEqualTo(1);
  }

  @Test
  void open_isNotCompressed_soThatNothingWaitsForMore() throws IOException {
    var listener = listen("gzip, deflate");
    assertThat(listener.head()).noneMatch(line -> line.contains("gzip"));
    assertThat(listener.until("retry")).isEqualTo("retry: 2000");
    fixture.mcp.manager().collectMetrics(List.of(TestData.sample(FILESYSTEM, TestData.NOON)));
    assertThat(listener.next("metrics").get("server").stringValue()).isEqualTo("filesystem");
  }

  @Test
  void listeners_hearOfEverything() throws IOException {
    var one = listen();
    var two = listen();
    one.until("retry");
    two.until("retry");
    var manager = fixture.mcp.manager();
    manager.collectMetrics(List.of(TestData.sample(FILESYSTEM, TestData.NOON)));
    manager.processHealthChecks(List.of(TestData.healthCheck(FILESYSTEM, TestData.NOON)));
    manager.collectMetrics(List.of(TestData.bareSample(FILESYSTEM, TestData.NOON.plusSeconds(1))));
    for (var listener : List.of(one, two)) {
      // The server is new, so the list is to be read again.
      var inOrder = new ArrayList<String>();
      for (int i = 0; i < 2; i++) {
        inOrder.add(listener.until("event: "));
      }
      assertThat(inOrder).containsExactlyInAnyOrder("event: servers", "event: metrics");
      var check = listener.next("health");
      assertThat(check.get("state").stringValue()).isEqualTo("DEGRADED");
      assertThat(check.get("stages").size()).isEqualTo(3);
      assertThat(listener.next("metrics").get("state").stringValue()).isEqualTo("DOWN");
      var event = listener.next("event");
      assertThat(event.get("type").stringValue()).isEqualTo("status_change");
      assertThat(event.get("server").stringValue()).isEqualTo("filesystem");
    }
  }

  @Test
  void closedListeners_areForgotten() throws IOException {
    var listener = listen();
    listener.until("retry");
    listener.socket.close();
    await()
        .atMost(ApiFixture.PATIENCE)
        .until(() -> fixture.json("/readyz").get("listeners").intValue() == 0);
    fixture.mcp.manager().collectMetrics(List.of(TestData.sample(FILESYSTEM, TestData.NOON)));
  }

  @Test
  void aListenerThatDoesNotRead_blocksNobody_andIsToldToReload() throws IOException {
    // Known servers, so that the only reload asked for is the one for what was missed.
    fixture
        .mcp
        .manager()
        .collectMetrics(
            List.of(
                sample(FILESYSTEM, TestData.NOON.minusSeconds(1)),
                sample(GITHUB, TestData.NOON.minusSeconds(1))));
    var stuck = listen();
    var reading = listen();
    stuck.until("retry");
    reading.until("retry");
    var heard = new java.util.concurrent.atomic.AtomicReference<Instant>(Instant.EPOCH);
    var thread = new Thread(() -> readMarkers(reading, heard), "reads");
    thread.setDaemon(true);
    thread.start();
    String long2000 = "x".repeat(2_000);
    // More than the sockets' buffers and the response's own can hold.
    for (int batch = 0; batch < 40; batch++) {
      var samples = new ArrayList<ServerMetrics>();
      for (int i = 0; i < 250; i++) {
        samples.add(
            TestData.bareSample(FILESYSTEM, TestData.NOON.plusMillis(batch * 250L + i)).toBuilder()
                .lastError(long2000)
                .build());
      }
      assertThat(fixture.mcp.manager().collectMetrics(samples).stored()).isTrue();
    }
    var marker = new java.util.concurrent.atomic.AtomicLong();
    await()
        .atMost(ApiFixture.PATIENCE)
        .until(
            () -> {
              fixture
                  .mcp
                  .manager()
                  .collectMetrics(
                      List.of(sample(GITHUB, TestData.NOON.plusSeconds(marker.getAndIncrement()))));
              return heard.get().isAfter(Instant.EPOCH);
            });
    assertThat(fixture.json("/readyz").get("listeners").intValue()).isEqualTo(2);
    // Reading what was left in the buffers makes room, and the listener is told what it missed.
    assertThat(stuck.until("event: servers")).isEqualTo("event: servers");
    long expected = marker.incrementAndGet() + 1_000;
    fixture
        .mcp
        .manager()
        .collectMetrics(List.of(sample(GITHUB, TestData.NOON.plusSeconds(expected))));
    JsonNode next = stuck.next("metrics");
    while (!next.get("at").stringValue().equals(TestData.NOON.plusSeconds(expected).toString())) {
      next = stuck.next("metrics");
    }
  }

  private static ServerMetrics sample(ServerId server, Instant at) {
    return ServerMetrics.builder(server, at, ServerState.HEALTHY)
        .responseTime(Duration.ofMillis(5))
        .build();
  }

  private static void readMarkers(
      Listener listener, java.util.concurrent.atomic.AtomicReference<Instant> heard) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var sample = listener.next("metrics");
        if (sample.get("server").stringValue().equals("github")) {
          heard.set(Instant.parse(sample.get("at").stringValue()));
        }
      }
    } catch (IOException | AssertionError e) {
      // The test has closed the connection.
    }
  }
}
