package io.mcprealtime.advice;

import io.mcprealtime.ServerId;
import io.mcprealtime.advice.AdviceOutcome.Verdict;
import io.mcprealtime.advice.Figure.Better;
import io.mcprealtime.advice.Figure.Unit;
import io.mcprealtime.advice.OpenAdvice.Change;
import io.mcprealtime.wire.WireJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of recommendations and of what became of them. */
public final class AdviceJson {
  private static final int VERSION = 1;
  private static final String AFTER = "after";
  private static final String BEFORE = "before";
  private static final String OPEN = "open";
  private static final String OUTCOMES = "outcomes";
  private static final String RECOMMENDATION = "recommendation";
  private static final String SINCE = "since";

  private AdviceJson() {}

  record Book(List<OpenAdvice> open, List<AdviceOutcome> outcomes) {}

  static ObjectNode book(List<OpenAdvice> open, List<AdviceOutcome> outcomes) {
    var json = WireJson.object().put("version", VERSION);
    var standing = json.putArray(OPEN);
    open.forEach(one -> standing.add(toJson(one)));
    var ended = json.putArray(OUTCOMES);
    outcomes.forEach(one -> ended.add(toJson(one)));
    return json;
  }

  /**
   * Reads a book.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static Book readBook(String text) {
    var json = WireJson.parse(text);
    if (json.path("version").intValue(0) != VERSION
        || !json.path(OPEN).isArray()
        || !json.path(OUTCOMES).isArray()) {
      throw new IllegalArgumentException(
          "these are no recommendations of version %d".formatted(VERSION));
    }
    try {
      var open = new ArrayList<OpenAdvice>();
      for (var one : json.get(OPEN)) {
        open.add(readOpen(one));
      }
      var outcomes = new ArrayList<AdviceOutcome>();
      for (var one : json.get(OUTCOMES)) {
        outcomes.add(readOutcome(one));
      }
      return new Book(open, outcomes);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("a recommendation cannot be read: " + e.getMessage(), e);
    }
  }

  /** One that stands, or whose effect is being measured. */
  public static ObjectNode toJson(OpenAdvice open) {
    var json = WireJson.object();
    json.set(RECOMMENDATION, toJson(open.recommendation()));
    json.put(SINCE, open.since().toString()).put("seen", open.seen().toString());
    var change = open.change();
    if (change == null) {
      return json.putNull("change");
    }
    json.putObject("change")
        .put("at", change.at().toString())
        .put("from", change.from())
        .put("to", change.to())
        .put("again", change.again())
        .set(BEFORE, toJson(change.before()));
    return json;
  }

  /** What became of one. */
  public static ObjectNode toJson(AdviceOutcome outcome) {
    var json = WireJson.object();
    json.set(RECOMMENDATION, toJson(outcome.recommendation()));
    json.put("verdict", outcome.verdict().wireName())
        .put(SINCE, outcome.since().toString())
        .put("at", outcome.at().toString())
        .set(BEFORE, toJson(outcome.before()));
    var after = outcome.after();
    json.set(AFTER, after == null ? null : toJson(after));
    return json.put("settingBefore", outcome.settingBefore())
        .put("settingAfter", outcome.settingAfter())
        .put("sentence", outcome.sentence());
  }

  /** What a rule recommends, in one line. */
  public static ObjectNode toJson(AdviceLine line) {
    var json =
        WireJson.object()
            .put("rule", line.rule())
            .put("urgency", line.urgency().wireName())
            .put("what", line.what())
            .put("why", line.why())
            .put("effect", line.effect());
    var servers = json.putArray("servers");
    line.servers().forEach(server -> servers.add(server.value()));
    var ids = json.putArray("ids");
    line.ids().forEach(ids::add);
    return json;
  }

  private static ObjectNode toJson(Recommendation recommendation) {
    var server = recommendation.server();
    var json =
        WireJson.object()
            .put("id", recommendation.id())
            .put("server", server == null ? null : server.value())
            .put("what", recommendation.what())
            .put("together", recommendation.together())
            .put("why", recommendation.why())
            .put("effect", recommendation.effect())
            .put("urgency", recommendation.urgency().wireName());
    json.set("figure", toJson(recommendation.figure()));
    json.put("setting", recommendation.setting());
    var evidence = json.putObject("evidence");
    recommendation.evidence().forEach(evidence::put);
    return json;
  }

  private static ObjectNode toJson(Figure figure) {
    return WireJson.object()
        .put("name", figure.name())
        .put("value", figure.value())
        .put("unit", figure.unit().wireName())
        .put("better", figure.better().name().toLowerCase(Locale.ROOT))
        .put("samples", figure.samples())
        .put("text", figure.text());
  }

  private static OpenAdvice readOpen(JsonNode json) {
    var change = json.path("change");
    return new OpenAdvice(
        readRecommendation(json.path(RECOMMENDATION)),
        instant(json, SINCE),
        instant(json, "seen"),
        change.isObject()
            ? new Change(
                instant(change, "at"),
                text(change, "from"),
                text(change, "to"),
                readFigure(change.path(BEFORE)),
                change.path("again").booleanValue(false))
            : null);
  }

  private static AdviceOutcome readOutcome(JsonNode json) {
    var after = json.path(AFTER);
    return new AdviceOutcome(
        readRecommendation(json.path(RECOMMENDATION)),
        constant(Verdict.class, text(json, "verdict")),
        instant(json, SINCE),
        instant(json, "at"),
        readFigure(json.path(BEFORE)),
        after.isObject() ? readFigure(after) : null,
        optional(json, "settingBefore"),
        optional(json, "settingAfter"));
  }

  private static Recommendation readRecommendation(JsonNode json) {
    var server = optional(json, "server");
    var evidence = new HashMap<String, String>();
    json.path("evidence")
        .properties()
        .forEach(entry -> evidence.put(entry.getKey(), entry.getValue().asString("")));
    return new Recommendation(
        text(json, "id"),
        server == null ? null : ServerId.of(server),
        text(json, "what"),
        text(json, "together"),
        text(json, "why"),
        text(json, "effect"),
        constant(Urgency.class, text(json, "urgency")),
        readFigure(json.path("figure")),
        optional(json, "setting"),
        evidence);
  }

  private static Figure readFigure(JsonNode json) {
    var samples = json.path("samples");
    return new Figure(
        text(json, "name"),
        json.path("value").doubleValue(Double.NaN),
        constant(Unit.class, text(json, "unit")),
        constant(Better.class, text(json, "better")),
        samples.isNumber() ? Long.valueOf(samples.longValue(0)) : null);
  }

  private static Instant instant(JsonNode json, String name) {
    return Instant.parse(text(json, name));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String wireName) {
    return Enum.valueOf(type, wireName.toUpperCase(Locale.ROOT));
  }

  private static String text(JsonNode json, String name) {
    var text = optional(json, name);
    if (text == null) {
      throw new IllegalArgumentException("'%s' of a recommendation is missing".formatted(name));
    }
    return text;
  }

  private static @Nullable String optional(JsonNode json, String name) {
    var node = json.path(name);
    return node.isString() ? node.stringValue() : null;
  }
}
