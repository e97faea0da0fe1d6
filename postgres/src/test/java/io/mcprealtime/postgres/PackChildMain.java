package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import java.time.Duration;
import java.time.Instant;

/** Packs all there is again and again, until it is killed or the database is gone. */
final class PackChildMain {
  private PackChildMain() {}

  public static void main(String[] arguments) {
    var url =
        DatabaseUrl.parse(arguments[0])
            .withCredentials(arguments[1], System.getenv("TEST_DATABASE_PASSWORD"));
    try (var storage = PostgresStorage.builder(url).build()) {
      storage.check();
      System.out.println("READY");
      while (true) {
        var result = storage.maintenance().pack(Instant.MAX, Duration.ofSeconds(30));
        System.out.println("PACKED " + result.records());
      }
    } catch (StorageException e) {
      System.out.println("FAILED " + e.getMessage());
    }
  }
}
