package io.mcprealtime.mcp;

import io.mcprealtime.mcp.HttpCaller.Call;
import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.auth.AccessToken;
import io.mcprealtime.mcp.auth.AuthException;
import io.mcprealtime.mcp.auth.Challenge;
import io.mcprealtime.mcp.auth.TokenSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts a token of its source on each request to one server, and another one when it is refused. */
final class Bearer {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int MAX_QUOTE = 300;
  private static final int MAX_MESSAGE = 600;

  private final Engine engine;
  private final TokenSource source;
  private final Redactor redactor;

  Bearer(Engine engine, TokenSource source, Redactor redactor) {
    this.engine = engine;
    this.source = source;
    this.redactor = redactor;
  }

  /** Gets a token ahead of the requests, where it is known who gives it. */
  CompletableFuture<Done> prepare() {
    return bounded(source.token()).thenApply(token -> Done.DONE);
  }

  /**
   * Sends it with a token. The token is asked for by nobody but this server's first refusal, or by
   * the config.
   */
  CompletableFuture<HttpAnswer> send(Call call, Function<Call, CompletableFuture<HttpAnswer>> way) {
    if (call.method().equals("DELETE")) {
      // A farewell is not worth a token.
      return way.apply(with(source.kept(), call));
    }
    return bounded(source.token())
        .thenCompose(
            token ->
                way.apply(with(token, call))
                    .thenCompose(
                        answer ->
                            answer.status() == UNAUTHORIZED
                                ? again(call, way, token.orElse(null), answer)
                                : CompletableFuture.completedFuture(answer)))
        .thenApply(this::accepted);
  }

  private CompletableFuture<HttpAnswer> again(
      Call call,
      Function<Call, CompletableFuture<HttpAnswer>> way,
      @Nullable AccessToken refused,
      HttpAnswer answer) {
    return bounded(source.afterRefusal(refused, challenge(answer)))
        .thenCompose(
            next ->
                next.isEmpty()
                    ? CompletableFuture.completedFuture(answer)
                    : way.apply(with(next, call)).thenApply(this::judged));
  }

  private HttpAnswer judged(HttpAnswer answer) {
    if (answer.status() == UNAUTHORIZED) {
      source.stillRefused();
    }
    return answer;
  }

  private HttpAnswer accepted(HttpAnswer answer) {
    int status = answer.status();
    if (status != UNAUTHORIZED && status != FORBIDDEN) {
      return answer;
    }
    String reason = challenge(answer).reason();
    throw McpException.httpStatus(
        Kind.AUTHENTICATION,
        status,
        "HTTP %d: the server does not accept the token of %s%s; check auth.scope and auth.resource"
            .formatted(
                status, giver(), reason == null ? "" : ", " + redactor.quote(reason, MAX_QUOTE)));
  }

  private Call with(Optional<AccessToken> token, Call call) {
    return token
        .map(
            known -> {
              known.secrets().forEach(redactor::learn);
              return call.with("Authorization", "Bearer " + known.value());
            })
        .orElse(call);
  }

  private static Challenge challenge(HttpAnswer answer) {
    return Challenge.of(answer.headers().allValues("WWW-Authenticate"));
  }

  /** A search takes some requests, each with its own limit; all together get twice that. */
  private <T> CompletableFuture<T> bounded(CompletableFuture<T> token) {
    CompletableFuture<T> ready = token.copy();
    Duration limit = limit(engine.settings.timeouts());
    engine.within(
        ready,
        limit,
        () ->
            new McpException(
                Kind.AUTHENTICATION,
                "%s gives no token within %s".formatted(giver(), Texts.of(limit))));
    return ready.exceptionallyCompose(failure -> CompletableFuture.failedFuture(fault(failure)));
  }

  /** Less than the probe has, whose end would be taken for the server's silence. */
  private static Duration limit(Timeouts timeouts) {
    Duration search = timeouts.request().multipliedBy(2);
    Duration half = timeouts.probe().dividedBy(2);
    return search.compareTo(half) < 0 ? search : half;
  }

  /** Its address may be one that the server wrote, with anything in it. */
  private String giver() {
    return redactor.quote(source.giver(), MAX_QUOTE);
  }

  /** That no token can be had says nothing of the server itself. */
  private McpException fault(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof AuthException known) {
      String said = known.said();
      return new McpException(
          Kind.AUTHENTICATION,
          redactor.quote(known.getMessage() + (said == null ? "" : " " + said), MAX_MESSAGE));
    }
    if (cause instanceof McpException known) {
      return known;
    }
    // Neither its words nor itself as the cause: they may hold what was sent.
    return new McpException(
        Kind.AUTHENTICATION,
        "no token can be had of %s (%s)".formatted(giver(), cause.getClass().getSimpleName()));
  }
}
