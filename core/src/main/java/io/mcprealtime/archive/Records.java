package io.mcprealtime.archive;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.wire.WireJson;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How the records of a kind are read from a storage, written as JSON, read back and stored.
 *
 * @param insert answers how many were new
 */
record Records<T>(
    DataKind kind,
    Function<T, @Nullable ServerId> server,
    Function<T, Instant> at,
    Function<T, ObjectNode> toJson,
    Function<JsonNode, T> fromJson,
    Reader<T> reader,
    Writer<T> insert) {

  /** Hands each record of a range to a sink, without holding all. */
  interface Reader<T> {
    void forEach(Storage storage, TimeRange range, Consumer<? super T> sink);
  }

  /** Writes records, all or none, and leaves those alone that are there. */
  interface Writer<T> {
    int insert(Storage storage, List<T> records);
  }

  static final Records<ServerMetrics> METRICS =
      new Records<>(
          DataKind.METRICS,
          ServerMetrics::server,
          ServerMetrics::at,
          WireJson::toJson,
          WireJson::readMetrics,
          (storage, range, sink) -> storage.samples().forEach(range, sink),
          (storage, records) -> storage.samples().insert(records));

  private static final Records<HealthCheck> HEALTH_CHECKS =
      new Records<>(
          DataKind.HEALTH_CHECKS,
          HealthCheck::server,
          HealthCheck::at,
          WireJson::toJson,
          WireJson::readHealthCheck,
          (storage, range, sink) -> storage.healthChecks().forEach(range, sink),
          (storage, records) -> storage.healthChecks().insert(records));

  private static final Records<MonitoringEvent> EVENTS =
      new Records<>(
          DataKind.EVENTS,
          MonitoringEvent::server,
          MonitoringEvent::at,
          WireJson::toJson,
          WireJson::readEvent,
          (storage, range, sink) -> storage.events().forEach(range, sink),
          (storage, records) -> storage.events().insert(records));

  private static final Records<Rollup> ROLLUPS =
      new Records<>(
          DataKind.ROLLUPS,
          Rollup::server,
          Rollup::start,
          WireJson::toJson,
          Records::fiveMinutes,
          (storage, range, sink) -> storage.rollups().forEach(range, sink),
          (storage, records) -> storage.rollups().restore(records));

  static Records<?> of(DataKind kind) {
    return switch (kind) {
      case METRICS -> METRICS;
      case HEALTH_CHECKS -> HEALTH_CHECKS;
      case EVENTS -> EVENTS;
      case ROLLUPS -> ROLLUPS;
    };
  }

  private static Rollup fiveMinutes(JsonNode json) {
    var rollup = WireJson.readRollup(json);
    if (rollup.window() != Window.FIVE_MINUTES) {
      throw new IllegalArgumentException(
          "'window' must be 5m, is %s: wider ones are merged from those"
              .formatted(rollup.window().label()));
    }
    return rollup;
  }
}
