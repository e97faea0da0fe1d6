package io.mcprealtime.mcp.auth;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client of an authorization server needs to get tokens in its own name.
 *
 * @param scope what is asked for, parted by blanks; what the server names when null
 * @param tokenUrl the token endpoint; when null, it is found by what the server tells
 * @param resource whom the token is for; when null, the server itself
 * @param method how the secret is sent; when null, as the authorization server wants it
 */
public record ClientCredentials(
    String clientId,
    String clientSecret,
    @Nullable String scope,
    @Nullable URI tokenUrl,
    @Nullable URI resource,
    @Nullable Method method) {

  /** How the client shows its secret. */
  public enum Method {
    /** In the header {@code Authorization}. */
    CLIENT_SECRET_BASIC,
    /** In the form. */
    CLIENT_SECRET_POST;

    /** The name in metadata and config: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @throws IllegalArgumentException when a part is empty or an address cannot be used
   */
  public ClientCredentials {
    requireNonNull(clientId, "clientId");
    requireNonNull(clientSecret, "clientSecret");
    if (clientId.isBlank() || clientSecret.isBlank()) {
      throw new IllegalArgumentException(
          (clientId.isBlank() ? "clientId" : "clientSecret")
              + " is empty; give what the authorization server registered");
    }
    scope = scope == null || scope.isBlank() ? null : scope.strip();
    if (tokenUrl != null && (!AuthUrls.isSafe(tokenUrl, true) || tokenUrl.getUserInfo() != null)) {
      // Its value is left out: a wrong address may hold the secret.
      throw new IllegalArgumentException(
          "tokenUrl is not an address like https://HOST/PATH without a user; plain http is for"
              + " this machine only");
    }
    if (resource != null && (!resource.isAbsolute() || resource.getRawFragment() != null)) {
      throw new IllegalArgumentException(
          "resource is not an address like https://HOST/PATH without a fragment");
    }
  }

  public static Builder builder(String clientId, String clientSecret) {
    return new Builder(clientId, clientSecret);
  }

  /** The values that no message may show, in each form in which they are sent. */
  public Set<String> secrets() {
    Set<String> values = new LinkedHashSet<>();
    values.add(clientSecret);
    values.add(AuthUrls.encode(clientSecret));
    values.add(basic());
    String query = tokenUrl == null ? null : tokenUrl.getRawQuery();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      values.add(pair.substring(pair.indexOf('=') + 1));
    }
    return values;
  }

  /**
   * Whether it is safe to ask that server for the token endpoint, or needless. What it says in
   * plain text anybody on the way can replace, and would then be sent the secret.
   */
  public boolean isSafeWith(URI server) {
    return tokenUrl != null
        || !"http".equalsIgnoreCase(server.getScheme())
        || AuthUrls.isLoopback(server);
  }

  /** Name and secret as HTTP's basic scheme carries them; each is encoded as in a form before. */
  String basic() {
    String both = AuthUrls.encode(clientId) + ":" + AuthUrls.encode(clientSecret);
    return Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  /** Without any value, for each may be a secret. */
  @Override
  public String toString() {
    return "client_credentials";
  }

  /** Collects the parts that are not always there. */
  public static final class Builder {
    private final String clientId;
    private final String clientSecret;
    private @Nullable String scope;
    private @Nullable URI tokenUrl;
    private @Nullable URI resource;
    private @Nullable Method method;

    private Builder(String clientId, String clientSecret) {
      this.clientId = clientId;
      this.clientSecret = clientSecret;
    }

    /** What is asked for, parted by blanks. Default: what the server names. */
    public Builder scope(@Nullable String value) {
      scope = value;
      return this;
    }

    /** The token endpoint. Default: found by what the server tells. */
    public Builder tokenUrl(@Nullable URI value) {
      tokenUrl = value;
      return this;
    }

    /** Whom the token is for. Default: the server itself. */
    public Builder resource(@Nullable URI value) {
      resource = value;
      return this;
    }

    /** How the secret is sent. Default: as the authorization server wants it. */
    public Builder method(@Nullable Method value) {
      method = value;
      return this;
    }

    /**
     * Makes the credentials.
     *
     * @throws IllegalArgumentException when a part is empty or an address cannot be used
     */
    public ClientCredentials build() {
      return new ClientCredentials(clientId, clientSecret, scope, tokenUrl, resource, method);
    }
  }
}
