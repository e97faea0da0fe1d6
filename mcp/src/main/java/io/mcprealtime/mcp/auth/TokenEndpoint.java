package io.mcprealtime.mcp.auth;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Asks a token endpoint for a token. */
final class TokenEndpoint {
  /** What a header can carry. */
  private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e]+");

  private static final long MAX_SECONDS = Duration.ofDays(365).toSeconds();

  private final Documents documents;

  TokenEndpoint(Documents documents) {
    this.documents = documents;
  }

  CompletableFuture<AccessToken> token(Grant grant) {
    return documents.ask(grant.shown(), grant.request()).thenApply(answer -> token(grant, answer));
  }

  private static AccessToken token(Grant grant, AuthHttp.Answer answer) {
    JsonNode object = answer.html() ? null : Documents.object(answer);
    if (object == null || answer.status() / 100 == 3) {
      throw Documents.unfit(grant.shown(), answer);
    }
    String error = Documents.text(object, "error");
    if (error != null) {
      String description = Documents.text(object, "error_description");
      throw new AuthException(
          grant.shown() + " answers",
          description == null || description.isBlank() ? error : error + ": " + description);
    }
    String value = Documents.text(object, "access_token");
    if (answer.status() != 200 || value == null) {
      throw new AuthException(
          "%s answers HTTP %d with JSON that holds no access_token; check the address"
              .formatted(grant.shown(), answer.status()));
    }
    if (!SENDABLE.matcher(value).matches()) {
      throw new AuthException(grant.shown() + " gives a token that no header can carry");
    }
    String type = Documents.text(object, "token_type");
    if (type != null && !type.equalsIgnoreCase("Bearer")) {
      throw new AuthException(
          grant.shown() + " gives a token that is not of the type Bearer:", type);
    }
    List<String> secrets =
        Stream.of(
                value, Documents.text(object, "refresh_token"), Documents.text(object, "id_token"))
            .filter(Objects::nonNull)
            .map(Objects::requireNonNull)
            .toList();
    return new AccessToken(value, secrets, lifetime(object.get("expires_in")));
  }

  /** Some servers write the number as a text. */
  private static @Nullable Duration lifetime(@Nullable JsonNode seconds) {
    if (seconds == null || !(seconds.isNumber() || seconds.isString())) {
      return null;
    }
    long value = (long) seconds.asDouble(0);
    return value < 1 ? null : Duration.ofSeconds(Math.min(value, MAX_SECONDS));
  }
}
