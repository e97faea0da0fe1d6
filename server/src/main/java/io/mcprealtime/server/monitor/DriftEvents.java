package io.mcprealtime.server.monitor;

import static java.util.stream.Collectors.joining;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogChange;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.catalog.ChangeClass;
import io.mcprealtime.storage.StoredCatalogs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What people are told of catalogs. An event's id follows from what is stored, as its instant does:
 * told again, after a restart or by another process, it is stored once.
 */
final class DriftEvents {
  private static final int SENTENCES = 5;

  /** Changes whose sentences and texts go along. */
  private static final int DETAILED = 12;

  private DriftEvents() {}

  /** What the newest catalog gives to tell: nothing when it is the first and clean. */
  static List<MonitoringEvent> of(ServerId server, StoredCatalogs stored, CatalogDiff diff) {
    if (stored.isDrift()) {
      return List.of(drift(server, stored, diff));
    }
    if (stored.announced().since().isAfter(stored.approved().at())) {
      return List.of(
          event(
              server,
              stored,
              "back",
              Severity.INFO,
              "%s offers again what is approved".formatted(server)));
    }
    return first(server, stored);
  }

  private static MonitoringEvent drift(ServerId server, StoredCatalogs stored, CatalogDiff diff) {
    var worst = diff.worst().orElse(ChangeClass.WORDING);
    return event(
            server,
            stored,
            "drift",
            severity(worst),
            "%s has changed what it offers (%s): %s"
                .formatted(server, worst.wireName(), diff.summary(SENTENCES)))
        .withDetails(details(stored, diff, worst));
  }

  static Severity severity(ChangeClass changeClass) {
    return switch (changeClass) {
      case BREAKING -> Severity.ERROR;
      case WORDING -> Severity.WARNING;
      case ADDITIVE -> Severity.INFO;
    };
  }

  private static Map<String, String> details(
      StoredCatalogs stored, CatalogDiff diff, ChangeClass worst) {
    var details = new TreeMap<String, String>();
    details.put("class", worst.wireName());
    details.put("approvedHash", stored.approved().hash());
    details.put("hash", stored.announced().hash());
    details.put("changes", Integer.toString(diff.size()));
    for (var changeClass : ChangeClass.values()) {
      details.put(changeClass.wireName(), Integer.toString(diff.count(changeClass)));
    }
    int number = 0;
    for (var change : diff.changes()) {
      number++;
      if (number > DETAILED) {
        break;
      }
      details.put("change%02d".formatted(number), change.sentence());
      var before = change.before();
      if (before != null) {
        details.put("change%02d.before".formatted(number), before);
      }
      var after = change.after();
      if (after != null) {
        details.put("change%02d.after".formatted(number), after);
      }
    }
    return details;
  }

  /** Nobody has approved the first; it should not be taken on trust where it hides something. */
  private static List<MonitoringEvent> first(ServerId server, StoredCatalogs stored) {
    var diff = CatalogDiff.between(new Catalog(List.of()), stored.approved().catalog());
    if (diff.count(ChangeClass.BREAKING) == 0) {
      return List.of();
    }
    var hidden =
        diff.changes().stream()
            .filter(change -> change.changeClass() == ChangeClass.BREAKING)
            .limit(SENTENCES)
            .map(CatalogChange::sentence)
            .collect(joining("; "));
    return List.of(
        event(
                server,
                stored,
                "first",
                Severity.ERROR,
                "%s was taken as it is, and nobody approved it: %s".formatted(server, hidden))
            .withDetails(details(stored, diff, ChangeClass.BREAKING)));
  }

  static MonitoringEvent approved(ServerId server, StoredCatalogs before, StoredCatalogs now) {
    var id =
        id(
            server,
            "approved",
            before.approved().hash(),
            now.approved().hash(),
            now.approved().at());
    return new MonitoringEvent(
        id,
        server,
        now.approved().at(),
        EventType.SCHEMA_DRIFT,
        Severity.INFO,
        "what %s offers now was approved".formatted(server),
        Map.of("approvedHash", before.approved().hash(), "hash", now.approved().hash()));
  }

  /**
   * @param approved whether there is a catalog that it should have been compared with
   */
  static MonitoringEvent tooLarge(ServerId server, Instant at, String reason, boolean approved) {
    return MonitoringEvent.of(
        server,
        at,
        EventType.SCHEMA_DRIFT,
        approved ? Severity.ERROR : Severity.WARNING,
        "changes of what %s offers are not seen: %s".formatted(server, reason));
  }

  static MonitoringEvent restless(ServerId server, Instant at) {
    return MonitoringEvent.of(
        server,
        at,
        EventType.SCHEMA_DRIFT,
        Severity.WARNING,
        "%s changes what it offers again and again; only what is worse is told while that lasts"
            .formatted(server));
  }

  private static MonitoringEvent event(
      ServerId server, StoredCatalogs stored, String what, Severity severity, String message) {
    var since = stored.announced().since();
    return new MonitoringEvent(
        id(server, what, stored.approved().hash(), stored.announced().hash(), since),
        server,
        since,
        EventType.SCHEMA_DRIFT,
        severity,
        message,
        Map.of("approvedHash", stored.approved().hash(), "hash", stored.announced().hash()));
  }

  private static UUID id(
      ServerId server, String what, String approvedHash, String hash, Instant at) {
    var name = String.join("\n", server.value(), what, approvedHash, hash, at.toString());
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }
}
