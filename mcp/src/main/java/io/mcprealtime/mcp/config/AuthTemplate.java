package io.mcprealtime.mcp.config;

import io.mcprealtime.mcp.auth.ClientCredentials;
import io.mcprealtime.mcp.auth.ClientCredentials.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an entry's {@code auth} says, with its placeholders. */
sealed interface AuthTemplate {
  /** The type as the config names it. */
  String type();

  /** A token that a person made. */
  record Bearer(String token) implements AuthTemplate {
    private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e]+");

    /** The header's value. */
    String header(Expander expander) {
      String value = expander.expand(token).strip();
      // What is missing is told by all its names at the end.
      if (!SENDABLE.matcher(value).matches() && expander.isComplete()) {
        throw new ConfigException(
            value.isEmpty()
                ? "auth.token is empty; give the token"
                : "auth.token holds what no header can carry; correct it");
      }
      return "Bearer " + value;
    }

    @Override
    public String type() {
      return "bearer";
    }

    /** Without the token, which may stand there as it is. */
    @Override
    public String toString() {
      return type();
    }
  }

  /** With what a token is got from an authorization server. */
  record Client(
      String clientId,
      String clientSecret,
      @Nullable String scope,
      @Nullable String tokenUrl,
      @Nullable String resource,
      @Nullable Method method)
      implements AuthTemplate {

    ClientCredentials resolve(Expander expander) {
      String id = expander.expand(clientId).strip();
      String secret = expander.expand(clientSecret).strip();
      String wanted = scope == null ? null : expander.expand(scope);
      String endpoint = tokenUrl == null ? null : expander.expand(tokenUrl);
      String target = resource == null ? null : expander.expand(resource);
      expander.requireComplete();
      try {
        return ClientCredentials.builder(id, secret)
            .scope(wanted)
            .tokenUrl(address("tokenUrl", endpoint))
            .resource(address("resource", target))
            .method(method)
            .build();
      } catch (IllegalArgumentException e) {
        throw new ConfigException("auth." + e.getMessage());
      }
    }

    private static @Nullable URI address(String key, @Nullable String text) {
      try {
        return text == null ? null : new URI(text.strip());
      } catch (URISyntaxException e) {
        // The cause is left out: its message would show the whole address.
        throw new ConfigException(
            "auth.%s is not an address like https://HOST/PATH; correct it".formatted(key));
      }
    }

    @Override
    public String type() {
      return "client_credentials";
    }

    @Override
    public String toString() {
      return type();
    }
  }
}
