package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reactions to futures that nobody waits for. */
final class Futures {
  private static final Logger log = LoggerFactory.getLogger(Futures.class);

  private Futures() {}

  /** For a message on whose fate nothing depends. */
  static void ignore(CompletableFuture<?> future) {
    whenDone(
        future,
        (value, failure) -> {
          if (failure != null) {
            log.debug("A message was not delivered", failure);
          }
        });
  }

  /** Waits for an ending, within a bound; one that fails or takes longer is logged. */
  static void await(CompletableFuture<?> ending, Duration bound, String what) {
    try {
      ending.get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("{} did not end cleanly", what, e);
    }
  }

  /** Runs the action when the future is done; what the action throws is logged. */
  static <T> void whenDone(
      CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
    var unused =
        future.handle(
            (value, failure) -> {
              try {
                action.accept(value, failure);
              } catch (RuntimeException e) {
                log.error("A reaction to a message failed", e);
              }
              return Done.DONE;
            });
  }
}
