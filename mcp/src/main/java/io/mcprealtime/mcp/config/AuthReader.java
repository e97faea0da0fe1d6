package io.mcprealtime.mcp.config;

import io.mcprealtime.mcp.auth.ClientCredentials.Method;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads an entry's {@code auth}: a login that is misread would be one that is not made. */
final class AuthReader {
  /** Not among the keys of a remote entry, for only a file may say how to log in. */
  static final String KEY = "auth";

  private static final Map<String, List<String>> KEYS =
      Map.of(
          "bearer",
          List.of("type", "token"),
          "client_credentials",
          List.of("type", "clientId", "clientSecret", "scope", "tokenUrl", "resource", "method"));

  private final JsonNode auth;

  private AuthReader(JsonNode auth) {
    this.auth = auth;
  }

  /**
   * What the entry says; null when it says nothing.
   *
   * @throws ConfigException when it cannot be used
   */
  static @Nullable AuthTemplate read(JsonNode entry, boolean stdio) {
    JsonNode auth = entry.path(KEY);
    if (auth.isMissingNode() || auth.isNull()) {
      return null;
    }
    if (stdio) {
      throw new ConfigException(
          "auth is for remote servers; give a process its credentials in env");
    }
    if (!auth.isObject()) {
      throw new ConfigException(
          "auth must be an object like {\"type\": \"bearer\", \"token\": \"${NAME}\"}");
    }
    for (String name : entry.path("headers").propertyNames()) {
      if (name.equalsIgnoreCase("authorization")) {
        throw new ConfigException(
            "has both auth and a header Authorization; keep the one that is meant");
      }
    }
    return new AuthReader(auth).template();
  }

  private AuthTemplate template() {
    String type = optional("type");
    List<String> keys = KEYS.get(type == null ? "" : type);
    if (keys == null) {
      throw new ConfigException(
          type == null
              ? "has no auth.type; use bearer or client_credentials"
              : "auth.type '%s' is not known; use bearer or client_credentials".formatted(type));
    }
    for (String name : auth.propertyNames()) {
      if (!keys.contains(name)) {
        throw new ConfigException(
            "auth.%s is not known with the type %s; use %s"
                .formatted(name, type, String.join(", ", keys)));
      }
    }
    return keys.contains("token")
        ? new AuthTemplate.Bearer(text("token"))
        : new AuthTemplate.Client(
            text("clientId"),
            text("clientSecret"),
            optional("scope"),
            optional("tokenUrl"),
            optional("resource"),
            method());
  }

  private @Nullable Method method() {
    String name = optional("method");
    if (name == null) {
      return null;
    }
    for (Method method : Method.values()) {
      if (method.wireName().equals(name)) {
        return method;
      }
    }
    throw new ConfigException(
        "auth.method '%s' is not known; use client_secret_basic or client_secret_post"
            .formatted(name));
  }

  private String text(String key) {
    String value = optional(key);
    if (value == null) {
      throw new ConfigException("has no auth.%s; add it".formatted(key));
    }
    return value;
  }

  private @Nullable String optional(String key) {
    JsonNode value = auth.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new ConfigException("auth." + key + " must be a text in quotes");
    }
    return value.stringValue();
  }
}
