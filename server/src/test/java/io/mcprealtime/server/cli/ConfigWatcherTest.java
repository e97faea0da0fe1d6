package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatcherTest {
  @TempDir private Path folder;
  private final AtomicInteger changes = new AtomicInteger();

  @Test
  void look_callsBackOnceForEachChange() throws IOException {
    var one = Files.writeString(folder.resolve("one"), "1");
    var two = folder.resolve("two");
    try (var watcher = new ConfigWatcher(List.of(one, two), changes::incrementAndGet)) {
      watcher.look();
      assertThat(changes.get()).isZero();
      Files.writeString(one, "2");
      Files.writeString(two, "new");
      watcher.look();
      watcher.look();
      assertThat(changes.get()).isEqualTo(1);
      Files.delete(two);
      watcher.look();
      assertThat(changes.get()).isEqualTo(2);
      Files.writeString(one, "2");
      watcher.look();
      assertThat(changes.get()).isEqualTo(2);
    }
  }

  @Test
  void start_looksByItself() throws IOException {
    var file = Files.writeString(folder.resolve("one"), "1");
    try (var watcher = new ConfigWatcher(List.of(file), changes::incrementAndGet)) {
      Files.writeString(file, "2");
      watcher.start();
      await().atMost(Duration.ofSeconds(10)).until(() -> changes.get() == 1);
    }
  }
}
