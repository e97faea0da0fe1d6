package io.mcprealtime.mcp.auth;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is asked of which token endpoint. Servers with equal grants share their token. */
record Grant(
    URI endpoint,
    ClientCredentials client,
    ClientCredentials.Method method,
    String resource,
    @Nullable String scope) {

  /**
   * @param resource whom the token is for, unless the client's config says so
   * @param scope what is asked for, unless the client's config says so
   * @param method how the endpoint wants the secret, unless the client's config says so
   */
  static Grant of(
      URI endpoint,
      ClientCredentials client,
      ClientCredentials.Method method,
      String resource,
      @Nullable String scope) {
    URI own = client.resource();
    return new Grant(
        endpoint,
        // Only what the endpoint sees makes a difference between grants.
        ClientCredentials.builder(client.clientId(), client.clientSecret()).build(),
        client.method() == null ? method : client.method(),
        own == null ? resource : own.toString(),
        client.scope() == null ? scope : client.scope());
  }

  AuthHttp.Request request() {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    form.put("resource", resource);
    if (scope != null) {
      form.put("scope", scope);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/x-www-form-urlencoded");
    headers.put("Accept", "application/json");
    if (method == ClientCredentials.Method.CLIENT_SECRET_BASIC) {
      headers.put("Authorization", "Basic " + client.basic());
    } else {
      form.put("client_id", client.clientId());
      form.put("client_secret", client.clientSecret());
    }
    String body =
        form.entrySet().stream()
            .map(field -> field.getKey() + "=" + AuthUrls.encode(field.getValue()))
            .collect(Collectors.joining("&"));
    return new AuthHttp.Request("the token request", endpoint, headers, body);
  }

  /** The endpoint in words. */
  String shown() {
    return "the token endpoint " + AuthUrls.shown(endpoint);
  }

  @Override
  public String toString() {
    return shown();
  }
}
