package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * The yardstick: the JDK's HTTP client sends a probe's usual POST to one server after the other, so
 * many a second, and reads the answers as bytes.
 */
final class BareProbes {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String SESSION = "Mcp-Session-Id";
  private static final String META =
      "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{},"
          + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"bare\",\"version\":\"1\"}}}";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  private BareProbes() {}

  /** Starts the process. Its first line says that it sends; it answers with its good answers. */
  static ChildJava start(int servers, int addresses, int port, double perSecond)
      throws IOException {
    return ChildJava.start(
        BareProbes.class,
        List.of("" + servers, "" + addresses, "" + port, Double.toString(perSecond)));
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int servers = Integer.parseInt(arguments[0]);
    int addresses = Integer.parseInt(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    long gapNanos = (long) (1e9 / Double.parseDouble(arguments[3]));
    var probes = new BareProbes();
    var urls =
        IntStream.range(0, servers)
            .mapToObj(i -> URI.create(ProbedServers.url(i, addresses, port)))
            .toList();
    var requests = new HttpRequest[servers];
    for (int i = 0; i < servers; i++) {
      requests[i] =
          ProbedServers.isModern(i)
              ? modern(urls.get(i))
              : request(urls.get(i), "ping", "{}")
                  .header(SESSION, probes.open(urls.get(i)))
                  .build();
    }
    var sender = new Thread(() -> probes.send(requests, gapNanos), "sender");
    sender.setDaemon(true);
    sender.start();
    System.out.println("sending");
    while (System.in.read() >= 0) {
      System.out.println(probes.answered.get());
    }
    System.err.printf("bare client: %,d failed%n", probes.failed.get());
    System.exit(0);
  }

  private void send(HttpRequest[] requests, long gapNanos) {
    long due = System.nanoTime();
    for (int i = 0; ; i = (i + 1) % requests.length) {
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      due += gapNanos;
      var unused =
          http.sendAsync(requests[i], BodyHandlers.ofByteArray())
              .whenComplete(
                  (answer, failure) -> {
                    boolean good = failure == null && answer.statusCode() == 200;
                    (good ? answered : failed).incrementAndGet();
                  });
    }
  }

  private static HttpRequest modern(URI url) {
    return request(url, "server/discover", META)
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "server/discover")
        .build();
  }

  private String open(URI url) throws IOException, InterruptedException {
    var initialize =
        request(
            url,
            "initialize",
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
                + "\"clientInfo\":{\"name\":\"bare\",\"version\":\"1\"}}");
    var answer = http.send(initialize.build(), BodyHandlers.discarding());
    return answer.headers().firstValue(SESSION).orElseThrow();
  }

  private static HttpRequest.Builder request(URI url, String method, String params) {
    return HttpRequest.newBuilder(url)
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .POST(
            BodyPublishers.ofString(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}"
                    .formatted(method, params)));
  }
}
