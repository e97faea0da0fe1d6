package io.mcprealtime.server.cli;

import io.mcprealtime.internal.PeriodicJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at files every two seconds and calls back when the content of one changed. */
final class ConfigWatcher implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final List<Path> files;
  private final Runnable changed;
  private final Map<Path, byte @Nullable []> seen = new HashMap<>();
  private final PeriodicJob job;

  ConfigWatcher(List<Path> files, Runnable changed) {
    this.files = files;
    this.changed = changed;
    files.forEach(file -> seen.put(file, content(file)));
    this.job = new PeriodicJob("mcp-config", INTERVAL, this::look);
  }

  void start() {
    job.start();
  }

  /** Looks once. */
  void look() {
    boolean any = false;
    for (var file : files) {
      byte[] now = content(file);
      if (!Arrays.equals(now, seen.put(file, now))) {
        any = true;
      }
    }
    if (any) {
      changed.run();
    }
  }

  private static byte @Nullable [] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    job.close();
  }
}
