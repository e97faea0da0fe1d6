package io.mcprealtime.mcp.auth;

import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.auth.ClientCredentials.Method;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the token of one server comes from. Without a token URL in the config it is not known
 * before the server has refused a request: its answer says where to look. Futures fail with {@link
 * AuthException}, and with the same one for a minute, in which nobody is asked again.
 */
public final class TokenSource {
  private final URI server;
  private final ClientCredentials client;
  private final TimeSource time;
  private final Discovery discovery;
  private final Function<Grant, TokenKeeper> keepers;
  private @Nullable Grant grant;
  private @Nullable TokenKeeper keeper;
  private @Nullable String issuer;
  private @Nullable CompletableFuture<TokenKeeper> search;
  private @Nullable Throwable failure;
  private @Nullable Long pauseEndNanos;

  TokenSource(
      URI server,
      ClientCredentials client,
      TimeSource time,
      Documents documents,
      Function<Grant, TokenKeeper> keepers) {
    this.server = server;
    this.client = client;
    this.time = time;
    this.discovery = new Discovery(documents, server);
    this.keepers = keepers;
    URI endpoint = client.tokenUrl();
    if (endpoint != null) {
      Grant known =
          Grant.of(endpoint, client, Method.CLIENT_SECRET_BASIC, AuthUrls.canonical(server), null);
      this.grant = known;
      this.keeper = keepers.apply(known);
    }
  }

  /** The token to send; none while it is not known where to get it. */
  public CompletableFuture<Optional<AccessToken>> token() {
    TokenKeeper known;
    synchronized (this) {
      if (failure != null && isPausing()) {
        return CompletableFuture.failedFuture(failure);
      }
      known = keeper;
    }
    return known == null
        ? CompletableFuture.completedFuture(Optional.empty())
        : watched(known.token());
  }

  /** The token that is at hand; nobody is asked for it. */
  public Optional<AccessToken> kept() {
    TokenKeeper known;
    synchronized (this) {
      known = keeper;
    }
    return known == null ? Optional.empty() : known.kept();
  }

  /**
   * A token after the server has answered 401: to a request without one, or in place of the one
   * that it refuses. None when it refused a new one less than a minute ago.
   */
  public CompletableFuture<Optional<AccessToken>> afterRefusal(
      @Nullable AccessToken refused, Challenge challenge) {
    TokenKeeper known;
    synchronized (this) {
      if (isPausing()) {
        return failure == null
            ? CompletableFuture.completedFuture(Optional.empty())
            : CompletableFuture.failedFuture(failure);
      }
      known = keeper;
    }
    if (known == null) {
      return watched(search(challenge).thenCompose(TokenKeeper::token));
    }
    return watched(refused == null ? known.token() : known.insteadOf(refused));
  }

  /** The server refuses a new token too: to get another one at once would not help. */
  public synchronized void stillRefused() {
    pauseEndNanos = time.nanoTime() + TokenKeeper.PAUSE.toNanos();
  }

  /** Who gives the tokens, in words. */
  public synchronized String giver() {
    return grant == null ? "the authorization server" : grant.shown();
  }

  private synchronized boolean isPausing() {
    return pauseEndNanos != null && time.nanoTime() - pauseEndNanos < 0;
  }

  private CompletableFuture<TokenKeeper> search(Challenge challenge) {
    CompletableFuture<TokenKeeper> mine;
    synchronized (this) {
      if (search != null) {
        return search.copy();
      }
      mine = new CompletableFuture<>();
      search = mine;
    }
    CompletableFuture<TokenKeeper> copy = mine.copy();
    var unused =
        CompletableFuture.completedFuture(challenge)
            .thenCompose(discovery::run)
            .handle(
                (found, fault) -> {
                  settle(mine, found, fault);
                  return true;
                });
    return copy;
  }

  private void settle(
      CompletableFuture<TokenKeeper> mine,
      Discovery.@Nullable Found found,
      @Nullable Throwable fault) {
    TokenKeeper known = null;
    Throwable problem = fault;
    synchronized (this) {
      search = null;
      if (found != null && issuer != null && !issuer.equals(found.issuer())) {
        problem =
            new AuthException(
                "the server names another authorization server than before, to which the secret"
                    + " is not sent; if that is right, give auth.tokenUrl:",
                found.issuer());
      } else if (found != null) {
        issuer = found.issuer();
        Grant next =
            Grant.of(found.endpoint(), client, found.method(), found.resource(), found.scope());
        known = keepers.apply(next);
        grant = next;
        keeper = known;
      }
    }
    if (known == null) {
      mine.completeExceptionally(problem == null ? new AuthException("nothing found") : problem);
    } else {
      mine.complete(known);
    }
  }

  /** After a failure all is left alone for a while; what was found is then looked for again. */
  private CompletableFuture<Optional<AccessToken>> watched(CompletableFuture<AccessToken> token) {
    return token
        .whenComplete(
            (value, fault) -> {
              synchronized (this) {
                failure = fault;
                if (fault != null) {
                  stillRefused();
                  if (client.tokenUrl() == null) {
                    keeper = null;
                  }
                }
              }
            })
        .thenApply(Optional::of);
  }

  @Override
  public String toString() {
    return "tokens of " + AuthUrls.shown(server);
  }
}
