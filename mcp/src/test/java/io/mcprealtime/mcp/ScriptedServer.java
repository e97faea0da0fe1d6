package io.mcprealtime.mcp;

import com.sun.net.httpserver.HttpExchange;
import io.mcprealtime.mcp.FakeHttpServer.Seen;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server over HTTP of either era whose answers a test sets, and may change between runs. */
final class ScriptedServer implements AutoCloseable {
  private final boolean modern;
  private final String capabilities;
  private final Map<String, String> results = new ConcurrentHashMap<>();
  private final Map<String, FakeHttpServer.Handler> faults = new ConcurrentHashMap<>();
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();
  private final AtomicInteger opened = new AtomicInteger();
  private final FakeHttpServer server = new FakeHttpServer(this::handle);

  private ScriptedServer(boolean modern, String capabilities) {
    this.modern = modern;
    this.capabilities = capabilities;
    answer("ping", "{}");
    answer("tools/list", "{\"tools\":[{\"name\":\"echo\"}]}");
    answer("tools/call", text("ok"));
  }

  static ScriptedServer modern(String... capabilities) {
    return new ScriptedServer(true, object(capabilities));
  }

  static ScriptedServer legacy(String... capabilities) {
    return new ScriptedServer(false, object(capabilities));
  }

  private static String object(String... names) {
    List<String> pairs = List.of(names).stream().map("\"%s\":{}"::formatted).toList();
    return "{" + String.join(",", pairs) + "}";
  }

  static String text(String text) {
    return Json.object()
        .set("content", Json.array().add(Json.object().put("type", "text").put("text", text)))
        .toString();
  }

  ScriptedServer answer(String method, String result) {
    faults.remove(method);
    results.put(method, result);
    return this;
  }

  ScriptedServer fail(String method, FakeHttpServer.Handler fault) {
    faults.put(method, fault);
    return this;
  }

  /** Ends all sessions, and tells their clients in its own way. */
  void forgetSessions() {
    sessions.clear();
  }

  Set<String> sessions() {
    return new HashSet<>(sessions);
  }

  Target target() {
    return new Target.StreamableHttp(server.url(), Map.of());
  }

  /** What it was asked since the last call. */
  List<String> asked() {
    List<String> methods = server.methods();
    server.seen.clear();
    return methods;
  }

  private void handle(HttpExchange exchange, Seen seen) throws IOException {
    String method = seen.rpcMethod();
    if (seen.method().equals("DELETE")) {
      sessions.remove(String.valueOf(seen.headers().getFirst("Mcp-Session-Id")));
      FakeHttpServer.send(exchange, 204, "text/plain", "");
    } else if (faults.containsKey(method)) {
      faults.get(method).handle(exchange, seen);
    } else if (modern && method.equals("server/discover")) {
      String discovered =
          "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":%s,\"ttlMs\":3600000}";
      FakeHttpServer.json(
          exchange, 200, FakeHttpServer.result(seen, discovered.formatted(capabilities)));
    } else if (!modern && method.equals("initialize")) {
      String session = "session-" + opened.incrementAndGet();
      sessions.add(session);
      exchange.getResponseHeaders().set("Mcp-Session-Id", session);
      String greeting = "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":%s}";
      FakeHttpServer.json(
          exchange, 200, FakeHttpServer.result(seen, greeting.formatted(capabilities)));
    } else if (!modern && !hasSession(seen)) {
      FakeHttpServer.json(exchange, 400, FakeHttpServer.error(seen, -32000, "No session"));
    } else if (seen.id() < 0) {
      FakeHttpServer.send(exchange, 202, "text/plain", "");
    } else if (results.containsKey(method)) {
      FakeHttpServer.json(exchange, 200, FakeHttpServer.result(seen, results.get(method)));
    } else {
      FakeHttpServer.json(
          exchange, modern ? 404 : 200, FakeHttpServer.error(seen, -32601, "Method not found"));
    }
  }

  private boolean hasSession(Seen seen) {
    return sessions.contains(String.valueOf(seen.headers().getFirst("Mcp-Session-Id")));
  }

  @Override
  public void close() {
    server.close();
  }
}
