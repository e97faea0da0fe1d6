package io.mcprealtime.server.http;

import io.mcprealtime.spool.SpoolStatus;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What the API says of itself. */
final class ApiDocs {
  private static final ObjectNode OPEN_API = read();

  private ApiDocs() {}

  static ObjectNode openApi() {
    return OPEN_API;
  }

  static ObjectNode alive() {
    return WireJson.object().put("status", "alive");
  }

  /** For those who may not know more. */
  static ObjectNode ready() {
    return WireJson.object().put("status", "ready");
  }

  static ObjectNode ready(String storage, int servers, int listeners, Optional<SpoolStatus> spool) {
    var json = ready().put("storage", storage).put("servers", servers).put("listeners", listeners);
    json.set("spool", spool.map(ApiJson::spool).orElse(null));
    return json;
  }

  private static ObjectNode read() {
    try (InputStream in = ApiDocs.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("openapi.json is missing");
      }
      return (ObjectNode) WireJson.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
