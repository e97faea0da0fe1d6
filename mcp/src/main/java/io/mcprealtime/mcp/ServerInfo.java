package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.Era;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a server says of itself in the handshake.
 *
 * @param protocolVersion the revision agreed on, like {@code 2025-11-25}
 * @param name its name and version, as in {@code filesystem 1.2}; null when it does not say
 * @param capabilities the capabilities object, empty when it declares none
 */
public record ServerInfo(
    Era era, String protocolVersion, @Nullable String name, JsonNode capabilities) {
  public ServerInfo {
    requireNonNull(era, "era");
    requireNonNull(protocolVersion, "protocolVersion");
    requireNonNull(capabilities, "capabilities");
  }

  public boolean declaresTools() {
    return capabilities.has("tools");
  }

  static @Nullable String nameOf(@Nullable JsonNode implementation) {
    String name = Json.text(implementation, "name");
    String version = Json.text(implementation, "version");
    return name == null || version == null ? name : name + " " + version;
  }
}
