package io.mcprealtime.benchmarks;

import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.postgres.PostgresStorage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The library as an application calls it: threads that hand over a batch and wait for it. */
final class LibraryIngest implements Ingest.Contender {
  static final int IN_FLIGHT = 16;

  private final McpRealtime mcp;
  private final ExecutorService callers = Executors.newFixedThreadPool(IN_FLIGHT);
  private List<List<ServerMetrics>> batches = List.of();

  LibraryIngest(PostgresStorage storage) {
    var config = McpRealtimeConfig.builder().packInterval(Duration.ofDays(1)).build();
    mcp = McpRealtime.builder().storage(storage).config(config).start();
  }

  @Override
  public String name() {
    return "library, %d × 1,000 in flight".formatted(IN_FLIGHT);
  }

  @Override
  public void prepare(List<List<ServerMetrics>> given) {
    batches = given;
  }

  @Override
  public void ingest() {
    var next = new AtomicInteger();
    var loops =
        IntStream.range(0, IN_FLIGHT)
            .mapToObj(i -> CompletableFuture.runAsync(() -> loop(next), callers))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(loops).join();
  }

  private void loop(AtomicInteger next) {
    for (int i = next.getAndIncrement(); i < batches.size(); i = next.getAndIncrement()) {
      var result = mcp.manager().collectMetrics(batches.get(i));
      if (!result.stored()) {
        throw new IllegalStateException("not stored: " + result);
      }
    }
  }

  @Override
  public void close() {
    callers.shutdown();
    mcp.close();
  }
}
