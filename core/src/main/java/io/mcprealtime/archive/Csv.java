package io.mcprealtime.archive;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Metrics as comma-separated values (RFC 4180), with the fields of their JSON as columns. */
final class Csv {
  private static final List<String> COLUMNS =
      List.of(
          "server",
          "at",
          "state",
          "responseTimeMs",
          "successRate",
          "errorRate",
          "requestCount",
          "errorCount",
          "uptimeSeconds",
          "memoryBytes",
          "circuit",
          "lastError",
          "sessionId");

  /** A spreadsheet takes a text that begins with one of these for a formula, and runs it. */
  private static final String FORMULA_STARTS = "=+-@\t\r";

  private Csv() {}

  static String heading() {
    return String.join(",", COLUMNS);
  }

  static String row(ServerMetrics sample) {
    var json = WireJson.toJson(sample);
    return COLUMNS.stream().map(name -> cell(json.path(name))).collect(Collectors.joining(","));
  }

  private static String cell(JsonNode value) {
    if (value.isNull()) {
      return "";
    }
    if (!value.isString()) {
      return value.toString();
    }
    String text = value.stringValue();
    if (!text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
  }

  /** The rows below the heading, each of which must have as many cells as it. */
  static long countRows(InputStream in) throws IOException {
    long rows = -1;
    int cells = 1;
    boolean quoted = false;
    int last = '\n';
    for (int c = in.read(); c >= 0; c = in.read()) {
      last = c;
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == ',') {
        cells++;
      } else if (!quoted && c == '\n') {
        rows++;
        if (cells != COLUMNS.size()) {
          throw new IOException(
              "row %d has %d cells where the heading has %d"
                  .formatted(rows, cells, COLUMNS.size()));
        }
        cells = 1;
      }
    }
    if (quoted || last != '\n' || rows < 0) {
      throw new IOException("the last row has no end");
    }
    return rows;
  }
}
