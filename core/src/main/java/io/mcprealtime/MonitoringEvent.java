package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, to a server or to the monitor itself. Identified by its id.
 *
 * @param server the server it happened to; absent when it concerns the monitor
 * @param at when, cut to milliseconds; between {@link ServerMetrics#MIN_INSTANT} and {@link
 *     ServerMetrics#MAX_INSTANT}
 * @param message one sentence, at most {@value #MAX_MESSAGE_LENGTH} characters
 * @param details the numbers behind it, by name
 */
public record MonitoringEvent(
    UUID id,
    @Nullable ServerId server,
    Instant at,
    EventType type,
    Severity severity,
    String message,
    Map<String, String> details) {
  public static final int MAX_MESSAGE_LENGTH = 2_000;
  public static final int MAX_DETAILS = 50;

  public MonitoringEvent {
    requireNonNull(id, "id");
    at = ServerMetrics.inBounds(requireNonNull(at, "at").truncatedTo(ChronoUnit.MILLIS));
    requireNonNull(type, "type");
    requireNonNull(severity, "severity");
    message = Texts.bounded(message, MAX_MESSAGE_LENGTH);
    if (details.size() > MAX_DETAILS) {
      throw new IllegalArgumentException(
          "an event has at most %d details, has %d".formatted(MAX_DETAILS, details.size()));
    }
    var bounded = new TreeMap<String, String>();
    details.forEach((key, value) -> bounded.put(key, Texts.bounded(value, MAX_MESSAGE_LENGTH)));
    details = Map.copyOf(bounded);
  }

  /** A new event about a server, with an id of its own. */
  public static MonitoringEvent of(
      ServerId server, Instant at, EventType type, Severity severity, String message) {
    return new MonitoringEvent(UUID.randomUUID(), server, at, type, severity, message, Map.of());
  }

  /** A new event about the monitor itself, with an id of its own. */
  public static MonitoringEvent ofMonitor(
      Instant at, EventType type, Severity severity, String message) {
    return new MonitoringEvent(UUID.randomUUID(), null, at, type, severity, message, Map.of());
  }

  /** The same event with these details. */
  public MonitoringEvent withDetails(Map<String, String> values) {
    return new MonitoringEvent(id, server, at, type, severity, message, values);
  }
}
