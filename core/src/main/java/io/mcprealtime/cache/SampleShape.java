package io.mcprealtime.cache;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.wire.WireJson;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A sample under short names, as it is written every cycle and traffic is counted: that of {@link
 * WireJson}, the instant in milliseconds since 1970, a closed circuit left out.
 */
final class SampleShape {
  private static final Map<String, String> SHORT = new LinkedHashMap<>();

  static {
    SHORT.put("server", "n");
    SHORT.put("state", "s");
    SHORT.put("responseTimeMs", "ms");
    SHORT.put("successRate", "ok");
    SHORT.put("errorRate", "er");
    SHORT.put("requestCount", "rq");
    SHORT.put("errorCount", "ec");
    SHORT.put("uptimeSeconds", "up");
    SHORT.put("memoryBytes", "mem");
    SHORT.put("circuit", "c");
    SHORT.put("lastError", "err");
    SHORT.put("sessionId", "ses");
  }

  private static final String CLOSED = "CLOSED";

  private SampleShape() {}

  static JsonNode write(ServerMetrics sample) {
    var full = WireJson.toJson(sample);
    var json = object().put("t", sample.at().toEpochMilli());
    SHORT.forEach(
        (name, abbreviation) -> {
          var value = full.get(name);
          if (!name.equals("circuit") || !value.asString().equals(CLOSED)) {
            json.set(abbreviation, value);
          }
        });
    return json;
  }

  static ServerMetrics read(JsonNode json) {
    var at = Instant.ofEpochMilli(Members.requiredInteger(json, "t"));
    var full = object().put("at", at.toString());
    SHORT.forEach(
        (name, abbreviation) -> {
          var value = json.get(abbreviation);
          if (value != null) {
            full.set(name, value);
          }
        });
    return WireJson.readMetrics(full);
  }
}
