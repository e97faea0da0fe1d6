package io.mcprealtime.mcp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An authorization server that knows one client, and MCP servers that trust it. */
final class AuthorizationServer implements AutoCloseable {
  static final String CLIENT = "monitor:1";
  static final String SECRET = "s3cret/of+the client";

  /** Both as the basic scheme carries them, each encoded before. */
  static final String BASIC =
      Base64.getEncoder()
          .encodeToString("monitor%3A1:s3cret%2Fof%2Bthe+client".getBytes(StandardCharsets.UTF_8));

  static final String TOKEN = "at-hidden-";
  static final String REFRESH = "rt-hidden-";

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final List<String> paths = new CopyOnWriteArrayList<>();
  final Set<String> valid = ConcurrentHashMap.newKeySet();
  volatile long expiresIn = 3600;
  volatile boolean accepting = true;
  volatile FakeHttpServer.@Nullable Handler endpoint;
  volatile String metadata = "";
  volatile String challenge = "";
  private final AtomicInteger tokens = new AtomicInteger();
  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();

  /** A token request. */
  record Asked(Map<String, String> form, @Nullable String authorization) {}

  AuthorizationServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(executor);
    server.createContext("/", this::handle);
    server.start();
    metadata = "{\"issuer\":\"%s\",\"token_endpoint\":\"%s\"}".formatted(issuer(), tokenUrl());
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  URI tokenUrl() {
    return URI.create(issuer() + "/token");
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    paths.add(path);
    try (exchange) {
      if (path.equals("/token")) {
        token(exchange);
      } else if (path.equals("/.well-known/openid-configuration")) {
        FakeHttpServer.json(exchange, 200, metadata);
      } else {
        FakeHttpServer.send(exchange, 404, "text/plain", "");
      }
    }
  }

  private void token(HttpExchange exchange) throws IOException {
    String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    Map<String, String> form = form(text);
    asked.add(new Asked(form, authorization));
    FakeHttpServer.Handler other = endpoint;
    if (other != null) {
      other.handle(
          exchange, new FakeHttpServer.Seen("POST", Json.object(), exchange.getRequestHeaders()));
    } else if (!accepting || !SECRET.equals(secret(form, authorization))) {
      FakeHttpServer.json(
          exchange,
          401,
          "{\"error\":\"invalid_client\",\"error_description\":\"no client with '%s'\"}"
              .formatted(secret(form, authorization)));
    } else {
      int number = tokens.incrementAndGet();
      valid.add(TOKEN + number);
      FakeHttpServer.json(
          exchange,
          200,
          "{\"access_token\":\"%s\",\"token_type\":\"bearer\",\"refresh_token\":\"%s\"%s}"
              .formatted(
                  TOKEN + number,
                  REFRESH + number,
                  expiresIn == 0 ? "" : ",\"expires_in\":" + expiresIn));
    }
  }

  private static @Nullable String secret(Map<String, String> form, @Nullable String header) {
    if (header == null) {
      return form.get("client_secret");
    }
    byte[] both = Base64.getDecoder().decode(header.substring("Basic ".length()));
    String[] parts = new String(both, StandardCharsets.UTF_8).split(":", -1);
    return decoded(parts[1]);
  }

  private static Map<String, String> form(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      fields.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
    }
    return fields;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** A server that answers to valid tokens only, and tells where they come from. */
  FakeHttpServer protect(FakeHttpServer.Handler inner) {
    return new FakeHttpServer(
        (exchange, seen) -> {
          String path = exchange.getRequestURI().getPath();
          String header = exchange.getRequestHeaders().getFirst("Authorization");
          if (path.startsWith("/.well-known/")) {
            describe(exchange, path);
          } else if (header == null || !valid.contains(header.replace("Bearer ", ""))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer " + challenge);
            FakeHttpServer.send(exchange, 401, "text/plain", "");
          } else {
            inner.handle(exchange, seen);
          }
        });
  }

  /** The resource metadata lies at the root only, which is the second place to look at. */
  private void describe(HttpExchange exchange, String path) throws IOException {
    if (!path.equals("/.well-known/oauth-protected-resource")) {
      FakeHttpServer.send(exchange, 404, "text/plain", "");
      return;
    }
    String host = exchange.getRequestHeaders().getFirst("Host");
    FakeHttpServer.json(
        exchange,
        200,
        ("{\"resource\":\"http://%s/mcp\",\"authorization_servers\":[\"%s\"],"
                + "\"scopes_supported\":[\"a\",\"b\"]}")
            .formatted(host, issuer()));
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
