package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  @TempDir Path directory;

  @Test
  void start_isDurable() throws Exception {
    for (int i = 0; i < 3; i++) {
      long t0 = System.nanoTime();
      try (var postgres = EmbeddedPostgres.builder(directory.resolve("data")).start()) {
        System.out.println("start " + (System.nanoTime() - t0) / 1_000_000);
        try (var c =
                DriverManager.getConnection(
                    postgres.jdbcUrl(), postgres.user(), postgres.password());
            var s = c.createStatement();
            var r =
                s.executeQuery(
                    "select current_setting('fsync'), current_setting('synchronous_commit')")) {
          r.next();
          assertThat(r.getString(1)).isEqualTo("on");
          assertThat(r.getString(2)).isEqualTo("on");
        }
        t0 = System.nanoTime();
      }
      System.out.println("stop " + (System.nanoTime() - t0) / 1_000_000);
    }
  }
}
