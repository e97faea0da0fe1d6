package io.mcprealtime.mcp.auth;

import io.mcprealtime.mcp.auth.ClientCredentials.Method;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Finds the token endpoint of a server: its resource metadata (RFC 9728) names the authorization
 * server, whose metadata (RFC 8414, or OpenID's) names the endpoint.
 */
final class Discovery {
  private static final String RESOURCE = "the resource metadata at ";
  private static final String ISSUER = "the authorization server's metadata at ";
  private static final int MAX_SCOPES = 50;

  private final Documents documents;
  private final URI server;

  /**
   * What was found.
   *
   * @param issuer the authorization server's identifier
   * @param resource the server's identifier as it names it
   * @param scope what the server wants to be asked for; null when it does not say
   */
  record Found(
      String issuer, URI endpoint, Method method, String resource, @Nullable String scope) {}

  /** A document and where it was. */
  private record Document(JsonNode content, URI at) {}

  Discovery(Documents documents, URI server) {
    this.documents = documents;
    this.server = server;
  }

  CompletableFuture<Found> run(Challenge challenge) {
    return resourceMetadata(challenge)
        .thenCompose(
            found -> {
              JsonNode content = found.content;
              String resource = Documents.text(content, "resource");
              if (resource == null || !AuthUrls.covers(resource, server)) {
                throw new AuthException(
                    RESOURCE + AuthUrls.shown(found.at) + " is not of this server; it names",
                    resource == null ? "no resource" : resource);
              }
              String issuer = content.path("authorization_servers").path(0).stringValue("");
              if (issuer.isEmpty()) {
                throw new AuthException(
                    RESOURCE
                        + AuthUrls.shown(found.at)
                        + " names no authorization server; give auth.tokenUrl");
              }
              return issuerMetadata(issuer)
                  .thenApply(
                      metadata -> found(issuer, metadata, resource, scope(challenge, content)));
            });
  }

  private CompletableFuture<Document> resourceMetadata(Challenge challenge) {
    String named = challenge.resourceMetadata();
    if (named == null) {
      return first(AuthUrls.ofResource(server), RESOURCE);
    }
    URI url = AuthUrls.safe(named, AuthUrls.isLoopback(server));
    if (url == null) {
      throw new AuthException(
          "the server's resource_metadata is not an address like https://HOST/PATH:", named);
    }
    return first(List.of(url), RESOURCE);
  }

  private CompletableFuture<Document> issuerMetadata(String issuer) {
    URI url = AuthUrls.safe(issuer, AuthUrls.isLoopback(server));
    if (url == null || url.getRawQuery() != null) {
      throw new AuthException(
          "the server names an authorization server that is not like https://HOST/PATH:", issuer);
    }
    return first(AuthUrls.ofIssuer(url), ISSUER);
  }

  /** The first of them that exists. */
  private CompletableFuture<Document> first(List<URI> places, String what) {
    URI place = places.get(0);
    String whom = what + AuthUrls.shown(place);
    return documents
        .ask(
            whom,
            new AuthHttp.Request(
                "the metadata request", place, Map.of("Accept", "application/json"), null))
        .thenCompose(
            answer -> {
              JsonNode object = Documents.object(answer);
              if (answer.status() == 200 && object != null) {
                return CompletableFuture.completedFuture(new Document(object, place));
              }
              if (answer.status() / 100 == 4 && places.size() > 1) {
                return first(places.subList(1, places.size()), what);
              }
              throw answer.status() / 100 == 4
                  ? new AuthException(
                      "%s answers HTTP %d; give auth.tokenUrl".formatted(whom, answer.status()))
                  : Documents.unfit(whom, answer);
            });
  }

  private Found found(String issuer, Document metadata, String resource, @Nullable String scope) {
    String whom = ISSUER + AuthUrls.shown(metadata.at);
    String named = Documents.text(metadata.content, "issuer");
    if (!issuer.equals(named)) {
      throw new AuthException(
          whom + " is of another issuer:", named == null ? "it names none" : named);
    }
    String address = Documents.text(metadata.content, "token_endpoint");
    URI endpoint = address == null ? null : AuthUrls.safe(address, AuthUrls.isLoopback(server));
    if (endpoint == null) {
      throw new AuthException(
          whom + " names no token_endpoint like https://HOST/PATH:",
          address == null ? "it names none" : address);
    }
    return new Found(issuer, endpoint, method(metadata.content), resource, scope);
  }

  private static @Nullable String scope(Challenge challenge, JsonNode metadata) {
    if (challenge.scope() != null && !challenge.scope().isBlank()) {
      return challenge.scope();
    }
    String all =
        metadata.path("scopes_supported").values().stream()
            .filter(JsonNode::isString)
            .map(JsonNode::stringValue)
            .limit(MAX_SCOPES)
            .collect(Collectors.joining(" "));
    return all.isBlank() ? null : all;
  }

  /** Basic is what RFC 8414 assumes of a server that does not say. */
  private static Method method(JsonNode metadata) {
    List<String> methods =
        metadata.path("token_endpoint_auth_methods_supported").values().stream()
            .map(method -> method.stringValue(""))
            .toList();
    boolean postOnly =
        methods.contains(Method.CLIENT_SECRET_POST.wireName())
            && !methods.contains(Method.CLIENT_SECRET_BASIC.wireName());
    return postOnly ? Method.CLIENT_SECRET_POST : Method.CLIENT_SECRET_BASIC;
  }
}
