package io.mcprealtime.server.http;

import io.mcprealtime.CleanupResult;
import io.mcprealtime.McpDataRetentionManager;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.wire.WireJson;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers what is stored, and makes room. Calls block. */
final class StoredData {
  private static final Set<String> KEYS = Set.of("emergency", "dryRun");

  private final McpDataRetentionManager retention;
  private final McpRealtimeConfig config;

  StoredData(McpDataRetentionManager retention, McpRealtimeConfig config) {
    this.retention = retention;
    this.config = config;
  }

  ObjectNode usage(Params params) {
    var directory = config.archiveDirectory();
    return ApiJson.usage(
        retention.analyzeDataUsage(),
        directory == null ? null : Manifest.newest(directory).orElse(null));
  }

  /** Cleans up as the JSON object asks; an empty body is an empty object. */
  ObjectNode cleanUp(byte[] body) {
    var asked = body.length == 0 ? WireJson.object() : parse(body);
    boolean emergency = flag(asked, "emergency");
    CleanupResult result;
    if (flag(asked, "dryRun")) {
      result = emergency ? retention.previewEmergencyCleanup() : retention.previewFullCleanup();
    } else {
      result = emergency ? retention.performEmergencyCleanup() : retention.performFullCleanup();
    }
    return ApiJson.cleanup(result);
  }

  /** The answer to who has waited long enough. */
  static ObjectNode stillRunning() {
    return WireJson.object()
        .put("outcome", "still_running")
        .put("detail", "the clean-up goes on; GET /api/v1/usage shows what it freed");
  }

  private static JsonNode parse(byte[] body) {
    JsonNode json;
    try {
      json = WireJson.parse(new String(body, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the body is " + e.getMessage());
    }
    if (!json.isObject()) {
      throw Problem.badRequest("the body must be a JSON object with emergency and dryRun");
    }
    for (var name : json.propertyNames()) {
      if (!KEYS.contains(name)) {
        throw Problem.badRequest("'%s' is not known; use emergency and dryRun".formatted(name));
      }
    }
    return json;
  }

  private static boolean flag(JsonNode json, String name) {
    var value = json.path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw Problem.badRequest("'%s' must be true or false".formatted(name));
    }
    return value.booleanValue(false);
  }
}
