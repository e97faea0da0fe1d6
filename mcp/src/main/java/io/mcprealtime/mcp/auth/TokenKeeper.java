package io.mcprealtime.mcp.auth;

import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the token of one grant until shortly before it ends. However many ask, one request is under
 * way; after one that failed there is none for a while.
 */
final class TokenKeeper {
  /** How long an authorization server that refuses or fails is left alone. */
  static final Duration PAUSE = Duration.ofMinutes(1);

  private static final Duration MAX_MARGIN = Duration.ofMinutes(1);
  private static final int MARGIN_DIVISOR = 10;

  private final TimeSource time;
  private final Supplier<CompletableFuture<AccessToken>> request;
  private @Nullable Kept kept;
  private @Nullable CompletableFuture<AccessToken> flight;
  private @Nullable Throwable failure;
  private long retryNanos;

  /** A token, from when on it is renewed, and when it ends; null when that is not known. */
  private record Kept(AccessToken token, @Nullable Long renewNanos, @Nullable Long endNanos) {}

  TokenKeeper(TimeSource time, Supplier<CompletableFuture<AccessToken>> request) {
    this.time = time;
    this.request = request;
  }

  /** The token that is kept, or a new one. */
  CompletableFuture<AccessToken> token() {
    CompletableFuture<AccessToken> mine;
    CompletableFuture<AccessToken> copy;
    synchronized (this) {
      boolean leaveAlone = failure != null && isBefore(retryNanos);
      if (kept != null && isBefore(leaveAlone ? kept.endNanos : kept.renewNanos)) {
        return CompletableFuture.completedFuture(kept.token);
      }
      if (flight != null) {
        return flight.copy();
      }
      if (failure != null && leaveAlone) {
        return CompletableFuture.failedFuture(failure);
      }
      mine = new CompletableFuture<>();
      copy = mine.copy();
      flight = mine;
    }
    var unused =
        CompletableFuture.completedFuture(true)
            .thenCompose(go -> request.get())
            .handle(
                (token, fault) -> {
                  settle(mine, token, fault);
                  return true;
                });
    return copy;
  }

  synchronized Optional<AccessToken> kept() {
    return kept == null ? Optional.empty() : Optional.of(kept.token);
  }

  /** A token other than that one, which a server refuses; another caller may have got it by now. */
  CompletableFuture<AccessToken> insteadOf(AccessToken refused) {
    synchronized (this) {
      if (kept != null && kept.token.equals(refused)) {
        kept = null;
      }
    }
    return token();
  }

  private boolean isBefore(@Nullable Long nanos) {
    return nanos == null || time.nanoTime() - nanos < 0;
  }

  /** The waiting are told outside of the lock: what they do next is not ours. */
  private void settle(
      CompletableFuture<AccessToken> mine, @Nullable AccessToken token, @Nullable Throwable fault) {
    AccessToken given = token;
    synchronized (this) {
      flight = null;
      failure = fault;
      if (token != null) {
        kept = keep(token);
      } else {
        retryNanos = time.nanoTime() + PAUSE.toNanos();
        // It was to be renewed ahead of its end: so there is time for another try.
        given = kept != null && isBefore(kept.endNanos) ? kept.token : null;
      }
    }
    if (given == null) {
      mine.completeExceptionally(fault == null ? new AuthException("no token came") : fault);
    } else {
      mine.complete(given);
    }
  }

  private Kept keep(AccessToken token) {
    Duration lifetime = token.lifetime();
    if (lifetime == null) {
      return new Kept(token, null, null);
    }
    Duration tenth = lifetime.dividedBy(MARGIN_DIVISOR);
    Duration margin = tenth.compareTo(MAX_MARGIN) < 0 ? tenth : MAX_MARGIN;
    long now = time.nanoTime();
    return new Kept(token, now + lifetime.minus(margin).toNanos(), now + lifetime.toNanos());
  }
}
