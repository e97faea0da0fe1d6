package io.mcprealtime.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.server.monitor.DefinedServers;
import io.mcprealtime.server.monitor.DriftWatch;
import io.mcprealtime.server.monitor.Monitor;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.server.monitor.WatchedServers;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** A real HTTP API on a free port over the heap, and a client of it. */
final class ApiFixture implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** An instant shortly before the test, of whole seconds: what is older is of no use as news. */
  final Instant lately = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);

  final FlakyStorage storage = new FlakyStorage();
  final McpRealtime mcp = McpRealtime.builder().storage(storage).start();
  final ServerRegistry registry =
      new ServerRegistry(TimeSource.system(), McpRealtimeConfig.defaults().staleAfter());
  final OperationMetrics operations = new OperationMetrics(registry);
  final Monitor monitor;
  final DefinedServers defined;
  final WatchedServers servers;
  final DriftWatch drift =
      new DriftWatch(storage.catalogs(), mcp.manager()::processEventsAsync, TimeSource.system());
  final HttpApi api;
  final int port;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final OpenApiDocument document = new OpenApiDocument();

  private ApiFixture(Consumer<ServerConfigBuilder> settings, Duration cleanUpPatience) {
    var config = new ServerConfigBuilder(name -> null);
    config.port(0);
    config.dataDirectory(Path.of("unused"));
    settings.accept(config);
    mcp.manager().live().subscribe(registry);
    var built = config.build();
    monitor =
        new Monitor(
            McpProber.builder().build(),
            mcp.manager(),
            registry,
            built.monitor(),
            (definition, result) -> {});
    defined =
        new DefinedServers(built.dataDirectory().resolve("servers.json"), built.addressRule());
    servers = new WatchedServers(defined, monitor);
    api =
        new HttpApi(
            built, mcp, storage, registry, servers, operations, drift, monitor, cleanUpPatience);
    port = api.start();
  }

  static ApiFixture open() {
    return open(config -> {});
  }

  static ApiFixture open(Consumer<ServerConfigBuilder> settings) {
    return new ApiFixture(settings, PATIENCE);
  }

  /** One that waits no longer than that for a clean-up. */
  static ApiFixture openFor(Duration cleanUpPatience) {
    return new ApiFixture(config -> {}, cleanUpPatience);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(port, path));
  }

  /** Sends a request with these headers, given as names and values in turn. */
  HttpResponse<String> send(String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(uri(path))
            .timeout(PATIENCE)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      var response = client.send(request.build(), BodyHandlers.ofString(UTF_8));
      document.check(method, path, response);
      return response;
    } catch (IOException e) {
      throw new AssertionError("%s %s got no answer".formatted(method, path), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  HttpResponse<String> get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  /** The JSON of an answer that must be good. */
  JsonNode json(String path) {
    var response = get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    return WireJson.parse(response.body());
  }

  /** The problem document that a request must get. */
  JsonNode problem(int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    var problem = WireJson.parse(response.body());
    assertThat(problem.get("type").stringValue()).isEqualTo("about:blank");
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(problem.get("title").stringValue()).isNotBlank();
    assertThat(problem.get("instance").stringValue()).startsWith("/");
    return problem;
  }

  /** What a request for that path must be told. */
  String detail(int status, String path) {
    return problem(status, get(path)).get("detail").stringValue();
  }

  HttpResponse<String> post(String body) {
    return send("POST", "/api/v1/metrics", body, "Content-Type", "application/json");
  }

  /** Opens a connection and writes these bytes to it, whatever HTTP clients think of them. */
  Socket raw(String request) throws IOException {
    var socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.getOutputStream().write(request.getBytes(UTF_8));
    socket.getOutputStream().flush();
    return socket;
  }

  @Override
  public void close() {
    api.close();
    monitor.close();
    drift.close();
    operations.close();
    mcp.close();
    storage.close();
  }
}
