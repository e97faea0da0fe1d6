package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** A Redis behind a proxy, a database, and monitors that share both. */
final class CacheFixture implements AutoCloseable {
  static final String PASSWORD = "the-password-of-the-cache";
  static final String TOKEN = "the-token-of-the-rest-service";
  static final String HASH = "mcp:metrics";
  private static final String USER = "monitor";

  /** What docs/redis.md says that the monitor's user needs. */
  private static final List<String> RIGHTS =
      List.of(
          "+hset", "+hmget", "+hgetall", "+hkeys", "+hdel", "+hlen", "+expire", "+info", "+ping");

  /** The cache's time-out is 1 s, and the database's part is short. */
  private static final Duration BOUND = Duration.ofSeconds(5);

  final TestRedis redis = new TestRedis();
  final FaultFixture database;
  final TcpProxy proxy;
  private final Path directory;
  private final List<RunningJar> monitors = new ArrayList<>();
  private final AtomicInteger names = new AtomicInteger();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Duration slowest = Duration.ZERO;

  private CacheFixture(Path directory) throws IOException {
    this.directory = directory;
    this.database = FaultFixture.open(directory);
    redis.start();
    this.proxy = TcpProxy.to(redis.port());
    allow();
  }

  static CacheFixture open(Path directory) throws IOException {
    return new CacheFixture(directory);
  }

  /** Lets the monitors log in, and do what they need. */
  void allow() {
    var command = new ArrayList<>(List.of("ACL", "SETUSER", USER, "reset", "on"));
    command.addAll(List.of(">" + PASSWORD, "~*:metrics"));
    command.addAll(RIGHTS);
    assertThat(redis.call(command.toArray(String[]::new))).isEqualTo("OK");
  }

  void startAgain() {
    redis.start();
    allow();
  }

  /** Changes what the monitors' user may do, and lets every one of them log in anew. */
  void changeUser(String... rules) {
    var command = new ArrayList<>(List.of("ACL", "SETUSER", USER));
    command.addAll(List.of(rules));
    assertThat(redis.call(command.toArray(String[]::new))).isEqualTo("OK");
    redis.call("CLIENT", "KILL", "USER", USER);
  }

  String redisUrl() {
    return "redis://%s:%s@127.0.0.1:%d".formatted(USER, PASSWORD, proxy.port());
  }

  /** Starts a monitor that logs everything, for its log to be searched. */
  RunningJar monitor(String settings, Map<String, String> cache) throws IOException {
    var own = directory.resolve("monitor-" + monitors.size());
    Files.createDirectories(own);
    var config = own.resolve("mcp-realtime.yaml");
    Files.writeString(config, settings + "\nservers: {}\n");
    var environment = new HashMap<>(cache);
    environment.put("DATABASE_URL", database.url());
    environment.put("MCP_REALTIME_LOG", "DEBUG");
    var jar =
        RunningJar.start(
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            environment,
            "serve",
            "--port",
            "0",
            "--data-dir",
            own.toString(),
            "--config",
            config.toString());
    monitors.add(jar);
    jar.url();
    return jar;
  }

  /** A server that nobody has asked for yet. */
  String newServer() {
    return "server-" + names.incrementAndGet();
  }

  /** The response time of the sample that belongs to a server. */
  static double millis(String server) {
    return server.hashCode() % 1_000 + 1_000.5;
  }

  /** Sends a sample, which must be stored. */
  Instant push(RunningJar jar, String server) throws IOException, InterruptedException {
    var at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var sample =
        "[{\"server\":\"%s\",\"at\":\"%s\",\"state\":\"HEALTHY\",\"responseTimeMs\":%s}]"
            .formatted(server, at, millis(server));
    var response = jar.post("/api/v1/metrics", sample);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(WireJson.parse(response.body()).get("stored").intValue()).isEqualTo(1);
    return at;
  }

  /** A read that must be answered, and in time. */
  JsonNode read(RunningJar jar, String path) throws IOException, InterruptedException {
    var uri = URI.create(jar.url().resolve("/api/v1").toString() + path);
    long start = System.nanoTime();
    var request = HttpRequest.newBuilder(uri).timeout(BOUND.multipliedBy(4)).build();
    var response = http.send(request, BodyHandlers.ofString());
    var took = Duration.ofNanos(System.nanoTime() - start);
    slowest = took.compareTo(slowest) > 0 ? took : slowest;
    assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(200);
    assertThat(took).as(path).isLessThan(BOUND);
    return WireJson.parse(response.body());
  }

  /** The longest read since it was asked for. */
  Duration slowest() {
    var longest = slowest;
    slowest = Duration.ZERO;
    return longest;
  }

  /** Where the latest sample of that server comes from; it must be the right one. */
  String source(RunningJar jar, String server) throws IOException, InterruptedException {
    var answer = read(jar, "/metrics/" + server);
    assertThat(answer.at("/data/responseTimeMs").doubleValue()).isEqualTo(millis(server));
    return answer.get("source").stringValue();
  }

  /** The response time in Redis, as other programs read it; 0 without one. */
  double inRedis(String server) {
    var value = redis.call("HGET", HASH, server);
    return value.startsWith("{") ? WireJson.parse(value).at("/v/ms").doubleValue() : 0;
  }

  String circuit(RunningJar jar) throws IOException, InterruptedException {
    return jar.get("/api/v1/stats").at("/cache/shared/circuit").stringValue();
  }

  String output() {
    return String.join("\n", monitors.stream().map(RunningJar::output).toList());
  }

  /** Everything that the monitors say over HTTP of themselves. */
  String answers() throws IOException, InterruptedException {
    var all = new StringBuilder();
    for (var jar : monitors) {
      for (var path : List.of("stats", "events?limit=1000", "budget", "usage", "summary")) {
        all.append(jar.get("/api/v1/" + path));
      }
    }
    return all.toString();
  }

  /** Stops the monitors in order. */
  void stop() throws InterruptedException {
    for (var jar : monitors) {
      jar.stop();
      assertThat(jar.output()).contains("Stopped.");
    }
  }

  @Override
  public void close() {
    monitors.forEach(RunningJar::close);
    proxy.close();
    redis.close();
    database.close();
  }
}
