package io.mcprealtime.server.http;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.Storage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database answers. Callers share an answer for a second, and one that is on its way:
 * nobody can keep the database busy by asking.
 */
final class Readiness {
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final Storage storage;
  private final Executor executor;
  private final TimeSource time;
  private @Nullable CompletableFuture<Optional<String>> last;
  private long askedNanos;

  /**
   * @param executor where the database is asked
   */
  Readiness(Storage storage, Executor executor, TimeSource time) {
    this.storage = storage;
    this.executor = executor;
    this.time = time;
  }

  /** What is wrong; empty when the database answers. */
  synchronized CompletableFuture<Optional<String>> check() {
    var known = last;
    if (known != null && (!known.isDone() || time.nanoTime() - askedNanos < KEPT.toNanos())) {
      return known.copy();
    }
    askedNanos = time.nanoTime();
    var asked = CompletableFuture.supplyAsync(this::ask, executor);
    last = asked;
    return asked.copy();
  }

  private Optional<String> ask() {
    try {
      storage.check();
      return Optional.empty();
    } catch (McpRealtimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
