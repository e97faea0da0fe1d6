package io.mcprealtime.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Upstash's REST protocol in front of a real Redis: single commands, pipelines, transactions,
 * base64, sync tokens, the limit of a request's size, and refusals on demand. It counts commands as
 * they are billed.
 */
public final class UpstashStandIn implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 10_000_000;
  private static final Set<String> FREE = Set.of("AUTH", "CLIENT", "HELLO", "INFO", "PING");
  private static final String SYNC_TOKEN = "upstash-sync-token";

  static {
    // Read by the JDK's server when it is loaded: without it every answer waits for an
    // acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final int redisPort;
  private final String token;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong billed = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private volatile @Nullable String refusal;
  private volatile @Nullable String lastSyncToken;
  private volatile boolean encodesOk;

  private UpstashStandIn(int redisPort, String token, HttpServer server) {
    this.redisPort = redisPort;
    this.token = token;
    this.server = server;
  }

  /** Starts one on a free port. */
  public static UpstashStandIn start(TestRedis redis, String token) {
    return start(redis.port(), token);
  }

  /** The same in front of any Redis on this machine, which needs no password. */
  public static UpstashStandIn start(int redisPort, String token) {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var standIn = new UpstashStandIn(redisPort, token, HttpServer.create(address, 0));
      standIn.server.setExecutor(standIn.threads);
      standIn.server.createContext("/", standIn::handle);
      standIn.server.start();
      return standIn;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Answers every billed command with this error from now on; with none again when null. */
  public void refuse(@Nullable String error) {
    refusal = error;
  }

  /** Encodes an OK as well, as the service may. */
  public void encodeOk() {
    encodesOk = true;
  }

  /** Commands billed so far. */
  public long billed() {
    return billed.get();
  }

  /** Requests received so far. */
  public long requests() {
    return requests.get();
  }

  /** The sync token that came with the latest request; absent when none did. */
  public @Nullable String lastSyncToken() {
    return lastSyncToken;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      lastSyncToken = exchange.getRequestHeaders().getFirst(SYNC_TOKEN);
      var body = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
      if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer(exchange, 401, error("WRONGPASS invalid or missing auth token"));
      } else if (!exchange.getRequestMethod().equals("POST")) {
        answer(exchange, 405, error("ERR method not allowed"));
      } else if (body.length > MAX_REQUEST_BYTES) {
        answer(exchange, 400, error("ERR max request size exceeded"));
      } else {
        answer(exchange, new String(body, UTF_8));
      }
    }
  }

  private void answer(HttpExchange exchange, String body) throws IOException {
    JsonNode json;
    try {
      json = WireJson.parse(body);
    } catch (IllegalArgumentException e) {
      answer(exchange, 400, error("ERR failed to parse request"));
      return;
    }
    boolean encodes = "base64".equals(exchange.getRequestHeaders().getFirst("Upstash-Encoding"));
    try (var redis = new RespClient(redisPort)) {
      switch (exchange.getRequestURI().getPath()) {
        case "/" -> {
          var one = result(redis, json, encodes);
          answer(exchange, one.has("error") ? 400 : 200, one);
        }
        case "/pipeline" -> answer(exchange, 200, results(redis, json, encodes));
        case "/multi-exec" -> transaction(exchange, redis, json, encodes);
        default -> answer(exchange, 400, error("ERR unsupported path"));
      }
    }
  }

  private void transaction(
      HttpExchange exchange, RespClient redis, JsonNode commands, boolean encodes)
      throws IOException {
    redis.call("MULTI");
    for (var command : commands) {
      billed.incrementAndGet();
      redis.call(arguments(command));
    }
    var replies = redis.call("EXEC");
    if (replies instanceof List<?> items) {
      var results = JsonNodeFactory.instance.arrayNode();
      items.forEach(item -> results.add(result(item, encodes)));
      answer(exchange, 200, results);
    } else {
      answer(exchange, 400, result(replies, encodes));
    }
  }

  private ArrayNode results(RespClient redis, JsonNode commands, boolean encodes)
      throws IOException {
    var results = JsonNodeFactory.instance.arrayNode();
    for (var command : commands) {
      results.add(result(redis, command, encodes));
    }
    return results;
  }

  private ObjectNode result(RespClient redis, JsonNode command, boolean encodes)
      throws IOException {
    var name = command.path(0).asString("").toUpperCase(Locale.ROOT);
    if (!FREE.contains(name)) {
      var refused = refusal;
      if (refused != null) {
        return error(refused);
      }
      billed.incrementAndGet();
    }
    return result(redis.call(arguments(command)), encodes);
  }

  private static List<byte[]> arguments(JsonNode command) {
    var arguments = new ArrayList<byte[]>();
    for (var argument : command) {
      arguments.add(argument.asString().getBytes(UTF_8));
    }
    return arguments;
  }

  private ObjectNode result(@Nullable Object reply, boolean encodes) {
    return reply instanceof RespClient.Failure failure
        ? error(failure.text())
        : WireJson.object().set("result", json(reply, encodes));
  }

  private JsonNode json(@Nullable Object reply, boolean encodes) {
    var nodes = JsonNodeFactory.instance;
    if (reply instanceof byte[] bytes) {
      var text = new String(bytes, UTF_8);
      boolean plain = !encodes || (text.equals("OK") && !encodesOk);
      return nodes.stringNode(plain ? text : Base64.getEncoder().encodeToString(bytes));
    }
    if (reply instanceof Long number) {
      return nodes.numberNode(number);
    }
    if (reply instanceof List<?> items) {
      var array = nodes.arrayNode();
      items.forEach(item -> array.add(json(item, encodes)));
      return array;
    }
    return nodes.nullNode();
  }

  private static ObjectNode error(String text) {
    return WireJson.object().put("error", text);
  }

  private void answer(HttpExchange exchange, int status, JsonNode json) throws IOException {
    var body = json.toString().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set(SYNC_TOKEN, "sync-" + writes.incrementAndGet());
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
