package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.ServerId;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.catalog.ChangeClass;
import io.mcprealtime.server.monitor.Drift;
import io.mcprealtime.server.monitor.DriftView;
import io.mcprealtime.server.monitor.DriftWatch;
import io.mcprealtime.server.monitor.DriftWatch.DriftException;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.storage.StoredCatalogs;
import io.mcprealtime.wire.WireJson;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers what servers offer and how that differs from what is approved. Calls block. */
final class Catalogs {
  private static final String HASH = "hash";

  private final DriftWatch drift;
  private final ServerRegistry registry;

  Catalogs(DriftWatch drift, ServerRegistry registry) {
    this.drift = drift;
    this.registry = registry;
  }

  ObjectNode drifts(Params params) {
    return ApiJson.list("drifts", drift.drifts().stream().map(Catalogs::json).toList());
  }

  private static ObjectNode json(Drift drift) {
    return object()
        .put("server", drift.server().value())
        .put("since", drift.since().toString())
        .put("class", drift.changeClass().wireName())
        .put("changes", drift.changes())
        .put("sentence", drift.sentence())
        .put(HASH, drift.hash());
  }

  ObjectNode catalog(Params params) {
    var server = known(params);
    boolean definitions =
        switch (params.text("definitions").orElse("false")) {
          case "true" -> true;
          case "false" -> false;
          default -> throw Problem.badRequest("definitions must be true or false");
        };
    return json(drift.view(server), definitions);
  }

  ObjectNode approve(Params params, byte[] body) {
    var server = known(params);
    try {
      return json(drift.approve(server, hash(body)), false);
    } catch (DriftException e) {
      throw new Problem(409, String.valueOf(e.getMessage()));
    }
  }

  private ServerId known(Params params) {
    var server = params.pathServer();
    if (!registry.contains(server)) {
      throw Problem.notFound(
          "server '%s' is not known; /api/v1/servers lists those that are".formatted(server));
    }
    return server;
  }

  private static String hash(byte[] body) {
    JsonNode json;
    try {
      json = WireJson.parse(new String(body, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the body is " + e.getMessage());
    }
    if (!json.isObject() || json.size() != 1 || !json.path(HASH).isString()) {
      throw Problem.badRequest(
          "the body must be {\"hash\": \"…\"} with the current hash of GET …/catalog");
    }
    return json.get(HASH).stringValue();
  }

  private static ObjectNode json(DriftView view, boolean definitions) {
    var json = object().put("server", view.server().value()).put("problem", view.problem());
    var stored = view.stored();
    var diff = view.diff();
    json.set("approved", stored == null ? null : approved(stored, definitions));
    json.set("current", stored == null ? null : current(stored, definitions));
    json.put("class", diff == null ? null : diff.worst().map(ChangeClass::wireName).orElse(null));
    changes(json, diff);
    return json;
  }

  private static ObjectNode approved(StoredCatalogs stored, boolean definitions) {
    var approved = stored.approved();
    var json =
        object()
            .put(HASH, approved.hash())
            .put("at", approved.at().toString())
            .put("by", approved.by());
    return entries(json, approved.catalog(), definitions);
  }

  private static ObjectNode current(StoredCatalogs stored, boolean definitions) {
    var current = stored.announced();
    var json = object().put(HASH, current.hash()).put("since", current.since().toString());
    return entries(json, current.catalog(), definitions);
  }

  private static ObjectNode entries(ObjectNode json, Catalog catalog, boolean definitions) {
    var entries = json.putArray("entries");
    for (var entry : catalog.entries()) {
      var one =
          entries
              .addObject()
              .put("kind", entry.kind().wireName())
              .put("name", entry.name())
              .put(HASH, entry.hash());
      if (definitions) {
        one.set("definition", WireJson.parse(entry.definition()));
      }
    }
    return json;
  }

  private static void changes(ObjectNode json, @Nullable CatalogDiff diff) {
    var counts = json.putObject("counts");
    for (var changeClass : ChangeClass.values()) {
      counts.put(changeClass.wireName(), diff == null ? 0 : diff.count(changeClass));
    }
    var changes = json.putArray("changes");
    if (diff == null) {
      return;
    }
    for (var change : diff.changes()) {
      changes
          .addObject()
          .put("kind", change.kind().wireName())
          .put("name", change.name())
          .put("class", change.changeClass().wireName())
          .put("sentence", change.sentence())
          .put("before", change.before())
          .put("after", change.after());
    }
  }
}
