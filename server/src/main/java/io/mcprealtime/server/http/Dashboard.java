package io.mcprealtime.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Serves the dashboard's files from the class path, where nothing else can be asked for. */
final class Dashboard {
  private static final String FOLDER = "/io/mcprealtime/ui/";
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "app.js", "text/javascript; charset=utf-8",
          "app.css", "text/css; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private Dashboard() {}

  static void mount(Routes routes) {
    TYPES.forEach(
        (name, type) -> {
          var content = read(name);
          routes.get("/" + name, context -> send(context, content, type));
          if (name.equals("index.html")) {
            routes.get("/", context -> send(context, content, type));
          }
        });
  }

  private static void send(RoutingContext context, Buffer content, String type) {
    var ignored =
        context
            .response()
            .putHeader("Content-Type", type)
            .putHeader("Cache-Control", "no-cache")
            .putHeader(
                "Content-Security-Policy",
                "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'")
            .end(content);
  }

  private static Buffer read(String name) {
    try (InputStream in = Dashboard.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("the dashboard's file %s is missing".formatted(name));
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
