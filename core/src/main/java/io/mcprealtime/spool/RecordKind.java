package io.mcprealtime.spool;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.wire.WireJson;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A kind of record that the spool takes: how it is written, read, identified and stored. */
public final class RecordKind<T> {
  public static final RecordKind<ServerMetrics> METRICS =
      new RecordKind<>(
          DataKind.METRICS,
          1,
          new Shape<>(WireJson::toJson, WireJson::readMetrics),
          ServerMetrics::at,
          ServerMetrics::server,
          ServerMetrics::at,
          (storage, samples) -> storage.samples().insert(samples));

  public static final RecordKind<HealthCheck> HEALTH_CHECKS =
      new RecordKind<>(
          DataKind.HEALTH_CHECKS,
          2,
          new Shape<>(WireJson::toJson, WireJson::readHealthCheck),
          HealthCheck::at,
          HealthCheck::server,
          HealthCheck::at,
          (storage, checks) -> storage.healthChecks().insert(checks));

  public static final RecordKind<MonitoringEvent> EVENTS =
      new RecordKind<>(
          DataKind.EVENTS,
          3,
          new Shape<>(WireJson::toJson, WireJson::readEvent),
          MonitoringEvent::at,
          MonitoringEvent::server,
          MonitoringEvent::id,
          (storage, events) -> storage.events().insert(events));

  static final List<RecordKind<?>> ALL = List.of(METRICS, HEALTH_CHECKS, EVENTS);

  private final DataKind data;
  private final int code;
  private final Shape<T> shape;
  private final Function<T, Instant> at;
  private final Function<T, @Nullable ServerId> server;
  private final Function<T, Object> key;
  private final BiConsumer<Storage, List<T>> insert;

  private RecordKind(
      DataKind data,
      int code,
      Shape<T> shape,
      Function<T, Instant> at,
      Function<T, @Nullable ServerId> server,
      Function<T, Object> key,
      BiConsumer<Storage, List<T>> insert) {
    this.data = data;
    this.code = code;
    this.shape = shape;
    this.at = at;
    this.server = server;
    this.key = key;
    this.insert = insert;
  }

  private record Shape<T>(Function<T, ? extends JsonNode> writer, Function<JsonNode, T> reader) {}

  /** The kind of that code in a frame. */
  static Optional<RecordKind<?>> ofCode(int code) {
    return ALL.stream().filter(kind -> kind.code == code).findFirst();
  }

  int code() {
    return code;
  }

  /** The name that configuration and the API use. */
  public String label() {
    return data.label();
  }

  String write(T value) {
    return shape.writer.apply(value).toString();
  }

  T read(String line) {
    return shape.reader.apply(WireJson.parse(line));
  }

  Instant at(T value) {
    return at.apply(value);
  }

  @Nullable ServerId server(T value) {
    return server.apply(value);
  }

  /** What identifies a record among those of its server. */
  Object key(T value) {
    return key.apply(value);
  }

  /** Writes records, all or none. */
  void insert(Storage storage, List<T> values) {
    insert.accept(storage, values);
  }

  @Override
  public String toString() {
    return label();
  }
}
