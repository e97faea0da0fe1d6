package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Reads of a server's latest metrics over HTTP. The yardstick is a constant answer of the same HTTP
 * server. The load comes from this process, on the same machine, and costs both the same.
 */
final class HttpReads {
  private static final int CONNECTIONS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration MEASURED = Duration.ofSeconds(10);
  private static final int ROUNDS = 3;

  private HttpReads() {}

  static void run(Path jar, Path directory) throws IOException, InterruptedException {
    try (var server = ServerUnderTest.start(jar, directory)) {
      server.awaitFirstVerdict();
      var constant = server.url().resolve("/healthz");
      var latest = server.url().resolve("/api/v1/metrics/notes");
      perSecond(constant, WARM_UP);
      perSecond(latest, WARM_UP);
      for (int round = 1; round <= ROUNDS; round++) {
        double yardstick = perSecond(constant, MEASURED);
        double measured = perSecond(latest, MEASURED);
        System.out.printf(
            "round %d: constant %,8.0f/s, latest metrics %,8.0f/s, ratio %.2f%n",
            round, yardstick, measured, measured / yardstick);
      }
    }
  }

  private static double perSecond(URI uri, Duration length) {
    var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var request = HttpRequest.newBuilder(uri).build();
    var answers = new LongAdder();
    long start = System.nanoTime();
    long end = start + length.toNanos();
    var loops =
        IntStream.range(0, CONNECTIONS)
            .mapToObj(i -> loop(http, request, end, answers))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(loops).join();
    return answers.sum() * 1e9 / (System.nanoTime() - start);
  }

  private static CompletableFuture<Void> loop(
      HttpClient http, HttpRequest request, long end, LongAdder answers) {
    return http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .thenComposeAsync(
            response -> {
              if (response.statusCode() != 200) {
                throw new IllegalStateException("answered " + response.statusCode());
              }
              answers.increment();
              return System.nanoTime() < end
                  ? loop(http, request, end, answers)
                  : CompletableFuture.completedFuture(null);
            });
  }
}
