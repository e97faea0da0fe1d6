package io.mcprealtime.archive;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.storage.InMemoryStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Exports three days, says when the first is written, and then waits to be killed. */
final class ExportChildMain {
  private ExportChildMain() {}

  public static void main(String[] arguments) {
    var storage = new InMemoryStorage();
    for (int day = 0; day < 3; day++) {
      var at = Instant.now().minus(Duration.ofDays(day));
      storage
          .samples()
          .insert(
              List.of(ServerMetrics.builder(ServerId.of("a"), at, ServerState.HEALTHY).build()));
    }
    Export.of(storage, Path.of(arguments[0]))
        .progress(
            progress -> {
              System.out.println("written");
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })
        .build()
        .run();
  }
}
