package io.mcprealtime.mcp.auth;

import io.mcprealtime.McpRealtimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks for JSON and puts into words what came instead. */
final class Documents {
  private final AuthHttp http;

  Documents(AuthHttp http) {
    this.http = http;
  }

  /**
   * Sends the request; a failure is told.
   *
   * @param whom that is asked, in words
   */
  CompletableFuture<AuthHttp.Answer> ask(String whom, AuthHttp.Request request) {
    return http.exchange(request)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    new AuthException(
                        "%s cannot be asked: %s".formatted(whom, words(failure)), null, failure)));
  }

  private static String words(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof McpRealtimeException
        ? String.valueOf(cause.getMessage())
        : cause.getClass().getSimpleName();
  }

  /** The JSON object in the body; null when there is none. */
  static @Nullable JsonNode object(AuthHttp.Answer answer) {
    try {
      JsonNode node = JsonMapper.shared().readTree(answer.body());
      return node.isObject() ? node : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  static @Nullable String text(JsonNode object, String field) {
    JsonNode value = object.get(field);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  /** The fault of an answer that is no JSON of the wanted kind. */
  static AuthException unfit(String whom, AuthHttp.Answer answer) {
    if (answer.status() / 100 == 3) {
      return new AuthException(
          "%s answers HTTP %d, a redirect that is not followed; give the address that answers"
              .formatted(whom, answer.status()));
    }
    String what = answer.html() ? "a web page" : "no JSON object";
    return new AuthException(
        "%s answers HTTP %d with %s; check the address".formatted(whom, answer.status(), what));
  }
}
