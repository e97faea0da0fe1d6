package io.mcprealtime.server.http;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.wire.WireJson;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends what happens to every listening browser as server-sent events. A browser that reads too
 * slowly misses messages instead of filling our memory, and is told to reload the list when it has
 * caught up.
 */
final class LiveStream implements LiveFeed.Listener {
  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final int MAX_CLIENTS = 1_000;
  private static final String RELOAD = "servers";

  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids = new AtomicLong();

  LiveStream(Vertx vertx) {
    var ignored =
        vertx.setPeriodic(HEARTBEAT_MILLIS, timer -> broadcast(Buffer.buffer(": still here\n\n")));
  }

  void open(RoutingContext context) {
    if (clients.size() >= MAX_CLIENTS) {
      throw new Problem(503, "%d listeners are connected already".formatted(MAX_CLIENTS));
    }
    var response = context.response();
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no")
        // A compressor would hold messages back.
        .putHeader("Content-Encoding", "identity");
    var client = new Client(context.vertx().getOrCreateContext(), response);
    clients.add(client);
    response.closeHandler(closed -> clients.remove(client));
    response.exceptionHandler(fault -> clients.remove(client));
    client.send(Buffer.buffer("retry: 2000\n\n"));
  }

  int clients() {
    return clients.size();
  }

  /** Tells that servers came or went. */
  void serversChanged() {
    broadcast(event(RELOAD, WireJson.object()));
  }

  @Override
  public void onMetrics(List<ServerMetrics> metrics) {
    send("metrics", metrics, WireJson::toJson);
  }

  @Override
  public void onHealthChecks(List<HealthCheck> checks) {
    send("health", checks, WireJson::toJson);
  }

  @Override
  public void onEvents(List<MonitoringEvent> events) {
    send("event", events, WireJson::toJson);
  }

  private <T> void send(String name, List<T> items, Function<T, ObjectNode> toJson) {
    if (clients.isEmpty()) {
      return;
    }
    var buffer = Buffer.buffer();
    items.forEach(item -> buffer.appendBuffer(event(name, toJson.apply(item))));
    broadcast(buffer);
  }

  private Buffer event(String name, ObjectNode data) {
    return Buffer.buffer(
        "id: %d\nevent: %s\ndata: %s\n\n".formatted(ids.incrementAndGet(), name, data));
  }

  private void broadcast(Buffer buffer) {
    clients.forEach(client -> client.send(buffer));
  }

  /** Works on the connection's own thread, so that no moment of draining is missed. */
  private final class Client {
    private final Context context;
    private final HttpServerResponse response;
    private boolean behind;

    private Client(Context context, HttpServerResponse response) {
      this.context = context;
      this.response = response;
    }

    private void send(Buffer buffer) {
      context.runOnContext(nothing -> sendNow(buffer));
    }

    private void sendNow(Buffer buffer) {
      if (response.closed()) {
        clients.remove(this);
      } else if (response.writeQueueFull()) {
        if (!behind) {
          behind = true;
          response.drainHandler(drained -> caughtUp());
        }
      } else if (!behind) {
        var ignored = response.write(buffer);
      }
    }

    private void caughtUp() {
      behind = false;
      sendNow(event(RELOAD, WireJson.object()));
    }
  }
}
