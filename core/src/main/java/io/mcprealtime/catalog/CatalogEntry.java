package io.mcprealtime.catalog;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One thing that a server offers.
 *
 * @param name the tool's or prompt's name; the URI of a resource, the URI template of a template
 * @param definition all that the server says of it as canonical JSON: keys in order, no blanks
 */
public record CatalogEntry(Kind kind, String name, String definition) {
  private static final JsonMapper CANONICAL =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .build();

  /** What kind of thing it is. */
  public enum Kind {
    TOOL,
    PROMPT,
    RESOURCE,
    RESOURCE_TEMPLATE;

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public CatalogEntry {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
    requireNonNull(definition, "definition");
  }

  /** The entry of a definition as the server wrote it; the order of its keys does not matter. */
  public static CatalogEntry of(Kind kind, String name, JsonNode definition) {
    return new CatalogEntry(kind, name, CANONICAL.writeValueAsString(definition));
  }

  /** SHA-256 of the definition, 64 hexadecimal digits. */
  public String hash() {
    return sha256(definition);
  }

  CatalogEntry lasting() {
    if (kind != Kind.RESOURCE
        || !(definition.contains("\"size\"") || definition.contains("\"lastModified\""))) {
      return this;
    }
    try {
      if (CANONICAL.readTree(definition) instanceof ObjectNode json) {
        json.remove("size");
        if (json.path("annotations") instanceof ObjectNode annotations) {
          annotations.remove("lastModified");
          if (annotations.isEmpty()) {
            json.remove("annotations");
          }
        }
        return of(kind, name, json);
      }
      return this;
    } catch (JacksonException e) {
      return this;
    }
  }

  static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
