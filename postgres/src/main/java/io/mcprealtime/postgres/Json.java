package io.mcprealtime.postgres;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The parts of records that are stored as JSON. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /** {@code [["start","P",30000],["canary","S",null,"none configured"]]}: time in microseconds. */
  static String ofStages(List<StageResult> stages) {
    var all = MAPPER.createArrayNode();
    for (var stage : stages) {
      var one = all.addArray();
      one.add(stage.stage().wireName());
      one.add(String.valueOf((char) Codes.VERDICTS.of(stage.verdict())));
      var time = stage.time();
      var detail = stage.detail();
      if (time != null) {
        one.add(Rows.toMicros(time));
      } else if (detail != null) {
        one.addNull();
      }
      if (detail != null) {
        one.add(detail);
      }
    }
    return all.toString();
  }

  static List<StageResult> stages(String json) {
    var stages = new ArrayList<StageResult>();
    for (var one : MAPPER.readTree(json)) {
      var time = one.get(2);
      var detail = one.get(3);
      stages.add(
          new StageResult(
              ProbeStage.valueOf(one.get(0).stringValue().toUpperCase(Locale.ROOT)),
              Codes.VERDICTS.constant((short) one.get(1).stringValue().charAt(0)),
              time == null || time.isNull() ? null : Rows.ofMicros(time.longValue()),
              detail == null ? null : detail.stringValue()));
    }
    return stages;
  }

  /** An object of strings; absent when there are none. */
  static @Nullable String ofDetails(Map<String, String> details) {
    if (details.isEmpty()) {
      return null;
    }
    var object = MAPPER.createObjectNode();
    new TreeMap<>(details).forEach(object::put);
    return object.toString();
  }

  static Map<String, String> details(@Nullable String json) {
    var details = new TreeMap<String, String>();
    if (json != null) {
      for (Map.Entry<String, JsonNode> entry : MAPPER.readTree(json).properties()) {
        details.put(entry.getKey(), entry.getValue().stringValue());
      }
    }
    return details;
  }
}
