package io.mcprealtime.server.http;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.TimeRange;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a request's parameters; what cannot be read is a problem that names it. */
final class Params {
  private final RoutingContext context;

  Params(RoutingContext context) {
    this.context = context;
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(parameter(context, name)).filter(text -> !text.isEmpty());
  }

  /** A parameter as it was sent, or null. */
  static @Nullable String parameter(RoutingContext context, String name) {
    try {
      return context.request().getParam(name);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the query cannot be read: " + e.getMessage());
    }
  }

  ServerId server(String value) {
    try {
      return ServerId.of(value);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  ServerId pathServer() {
    return server(requireNonNull(context.pathParam("id")));
  }

  Optional<ServerId> server() {
    return text("server").map(this::server);
  }

  int integer(String name, int absent, int min, int max) {
    var text = text(name);
    if (text.isEmpty()) {
      return absent;
    }
    int value;
    try {
      value = Integer.parseInt(text.get());
    } catch (NumberFormatException e) {
      throw Problem.badRequest("%s must be a whole number, is '%s'".formatted(name, text.get()));
    }
    if (value < min || value > max) {
      throw Problem.badRequest(
          "%s must lie between %d and %d, is %d".formatted(name, min, max, value));
    }
    return value;
  }

  /** A positive number. */
  Optional<Double> positive(String name) {
    var text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    double value;
    try {
      value = Double.parseDouble(text.get());
    } catch (NumberFormatException e) {
      throw Problem.badRequest("%s must be a number, is '%s'".formatted(name, text.get()));
    }
    if (!(value > 0) || Double.isInfinite(value)) {
      throw Problem.badRequest("%s must be a positive number, is '%s'".formatted(name, text.get()));
    }
    return Optional.of(value);
  }

  Optional<Window> window() {
    try {
      return text("window").filter(text -> !text.equals("raw")).map(Window::ofLabel);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /** {@code from} and {@code to}; without them the span of that length that ends now. */
  TimeRange range(Instant now, Duration absent) {
    var to = instant("to").orElse(now.plusMillis(1));
    var from = instant("from").orElse(to.minus(absent));
    if (to.isBefore(from)) {
      throw Problem.badRequest("from (%s) must not be after to (%s)".formatted(from, to));
    }
    return new TimeRange(from, to);
  }

  private Optional<Instant> instant(String name) {
    return text(name)
        .map(
            text -> {
              try {
                var instant = Instant.parse(text);
                if (instant.isBefore(ServerMetrics.MIN_INSTANT)
                    || instant.isAfter(ServerMetrics.MAX_INSTANT)) {
                  throw Problem.badRequest(
                      "%s must lie between %s and %s, is '%s'"
                          .formatted(
                              name, ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT, text));
                }
                return instant;
              } catch (DateTimeParseException e) {
                throw Problem.badRequest(
                    "%s must be an instant like 2026-11-22T09:30:00Z, is '%s'"
                        .formatted(name, text));
              }
            });
  }
}
