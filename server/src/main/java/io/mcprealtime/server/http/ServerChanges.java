package io.mcprealtime.server.http;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.EventType;
import io.mcprealtime.McpRealtimeManager;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.server.monitor.ConflictException;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.server.monitor.WatchedServers;
import io.mcprealtime.wire.WireJson;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Adds, replaces and removes servers that are reached over HTTP. */
final class ServerChanges {
  private static final String PATH = "/api/v1/servers";
  private static final long MAX_BODY_BYTES = 64L << 10;
  private static final int BODIES_AT_ONCE = 16;

  private final WatchedServers servers;
  private final ServerRegistry registry;
  private final McpRealtimeManager manager;
  private final BodyBudget bodies = new BodyBudget(MAX_BODY_BYTES, MAX_BODY_BYTES * BODIES_AT_ONCE);

  ServerChanges(WatchedServers servers, ServerRegistry registry, McpRealtimeManager manager) {
    this.servers = servers;
    this.registry = registry;
    this.manager = manager;
  }

  /** A body that was read, and all that is wrong with it. */
  private record Sent(JsonNode entry, ServerDefinition definition) {}

  /**
   * @param workers run what blocks: looking names up, and writing to disk
   */
  void mount(Routes routes, Guard guard, WorkerExecutor workers) {
    routes.post(PATH, withBody(guard, context -> answer(context, workers, this::create)));
    routes.put(PATH + "/:id", withBody(guard, context -> answer(context, workers, this::put)));
    routes.delete(
        PATH + "/:id",
        List.of(guard.require(Scope.ADMIN), context -> answer(context, workers, this::remove)));
  }

  private List<Handler<RoutingContext>> withBody(Guard guard, Handler<RoutingContext> last) {
    return List.of(
        guard.require(Scope.ADMIN),
        HttpApi::requireJson,
        bodies,
        BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES),
        last);
  }

  /** What is done with a request, on a worker. */
  private interface Change {
    Answer make(@Nullable ServerId path, byte[] body);
  }

  /**
   * @param body null where the status says all
   */
  private record Answer(int status, @Nullable ServerId created, @Nullable ObjectNode body) {}

  private static void answer(RoutingContext context, WorkerExecutor workers, Change change) {
    var path = context.pathParam("id") == null ? null : new Params(context).pathServer();
    var buffer = context.body() == null ? null : context.body().buffer();
    byte[] body = buffer == null ? new byte[0] : buffer.getBytes();
    workers
        .executeBlocking(() -> change.make(path, body), false)
        .onSuccess(answer -> send(context, requireNonNull(answer)))
        .onFailure(context::fail);
  }

  private static void send(RoutingContext context, Answer answer) {
    var response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(answer.status).putHeader("Cache-Control", "no-store");
    if (answer.created != null) {
      response.putHeader("Location", PATH + "/" + encoded(answer.created));
    }
    var ignored =
        answer.body == null
            ? response.end()
            : response.putHeader("Content-Type", "application/json").end(answer.body.toString());
  }

  private static String encoded(ServerId id) {
    return URLEncoder.encode(id.value(), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Answer create(@Nullable ServerId path, byte[] body) {
    var sent = read(null, body);
    change(() -> servers.add(sent.entry, sent.definition));
    tell(sent.definition.id(), "added");
    return answer(sent.definition.id(), true);
  }

  private Answer put(@Nullable ServerId path, byte[] body) {
    var sent = read(path, body);
    var created = new boolean[1];
    change(() -> created[0] = servers.put(sent.entry, sent.definition));
    tell(sent.definition.id(), created[0] ? "added" : "replaced");
    return answer(sent.definition.id(), created[0]);
  }

  private Answer answer(ServerId id, boolean created) {
    var json =
        registry.view(id).map(view -> ApiJson.server(view, 0, null)).orElseGet(WireJson::object);
    return new Answer(created ? 201 : 200, created ? id : null, json);
  }

  private Answer remove(@Nullable ServerId path, byte[] body) {
    var id = requireNonNull(path);
    change(
        () -> {
          if (!servers.remove(id)) {
            throw Problem.notFound(
                "server '%s' is not defined over the API; only those can be deleted".formatted(id));
          }
        });
    tell(id, "removed");
    return new Answer(204, null, null);
  }

  private static void change(Runnable change) {
    try {
      change.run();
    } catch (ConflictException e) {
      throw new Problem(409, String.valueOf(e.getMessage()));
    }
  }

  private void tell(ServerId id, String what) {
    var ignored =
        manager.processEventsAsync(
            List.of(
                MonitoringEvent.ofMonitor(
                    TimeSource.system().instant(),
                    EventType.CONFIG,
                    Severity.INFO,
                    "server '%s' was %s over the API".formatted(id, what))));
  }

  /** Reads a body and tells everything that is wrong with it at once, its address last. */
  private Sent read(@Nullable ServerId path, byte[] body) {
    var entry = object(body);
    var errors = new ArrayList<String>();
    var id = id(path, entry.remove("id"), errors);
    // Without a usable name the rest is read all the same, for what is wrong with it.
    var result = servers.read(id == null ? ServerId.of("unnamed") : id, entry);
    errors.addAll(result.errors());
    var definition = result.definition();
    if (!errors.isEmpty() || definition == null) {
      throw problem(errors);
    }
    var refusal = servers.refusal(definition);
    if (refusal.isPresent()) {
      throw problem(List.of("url: " + refusal.get()));
    }
    return new Sent(entry, definition);
  }

  private static Problem problem(List<String> errors) {
    var list = WireJson.object().putArray("errors");
    errors.forEach(list::add);
    return new Problem(400, String.join("; ", errors), Map.of("errors", list));
  }

  private static ObjectNode object(byte[] body) {
    try {
      if (WireJson.parse(new String(body, StandardCharsets.UTF_8)) instanceof ObjectNode object) {
        return object;
      }
    } catch (IllegalArgumentException e) {
      // The parser's words are left out: they quote the body, and with it its secrets.
      throw Problem.badRequest("the body is not JSON; send an object with id and url");
    }
    throw Problem.badRequest("the body must be a JSON object with id and url");
  }

  private static @Nullable ServerId id(
      @Nullable ServerId path, @Nullable JsonNode sent, List<String> errors) {
    if (sent == null && path != null) {
      return path;
    }
    if (sent == null || !sent.isString()) {
      errors.add("id must be a text that names the server");
      return null;
    }
    String text = sent.stringValue();
    if (text.equals(".") || text.equals("..")) {
      errors.add("id must not be a dot or two: no path could name it");
      return null;
    }
    try {
      var id = ServerId.of(text);
      if (path != null && !path.equals(id)) {
        errors.add("id must be that of the path, or be left out");
      }
      return id;
    } catch (IllegalArgumentException e) {
      errors.add("id: " + e.getMessage());
      return null;
    }
  }
}
