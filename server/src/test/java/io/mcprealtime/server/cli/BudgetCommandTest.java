package io.mcprealtime.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.server.config.ConfigFiles;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.testkit.TestPorts;
import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command, with and without a monitor, over a real database. */
class BudgetCommandTest {
  private static final String TOKEN = "the-admin-token-of-this-test";
  private static final String READ_TOKEN = "the-read-token-of-this-test";
  private static final String HIDDEN = "hidden-from-everybody";

  @RegisterExtension private static final TestRedis REDIS = new TestRedis();
  @TempDir private static Path database;
  private static EmbeddedPostgres server;
  private static String databaseUrl;

  @TempDir private Path folder;
  private final Text out = new Text();
  private final Text err = new Text();

  @BeforeAll
  static void start() {
    server = EmbeddedPostgres.builder(database).start();
    databaseUrl =
        "postgres://%s:%s@127.0.0.1:%d/postgres"
            .formatted(server.user(), URLEncoder.encode(server.password(), UTF_8), server.port());
    try (var storage = PostgresStorage.builder(server.databaseUrl()).connections(2).build()) {
      storage.migrate();
      storage
          .budget()
          .add(
              YearMonth.now(ZoneOffset.UTC),
              Map.of(Resource.REDIS_COMMANDS, 1_234L, Resource.REDIS_TRAFFIC, 5_600_000L));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void nothingSecretWasShown() {
    assertThat(out.toString() + err)
        .doesNotContain(HIDDEN, TOKEN, READ_TOKEN, server.password(), "Exception");
  }

  private int run(Map<String, String> environment, String... arguments) {
    out.reset();
    err.reset();
    var variables = new TreeMap<>(environment);
    variables.putIfAbsent("DATABASE_URL", databaseUrl);
    variables.put("MCP_REALTIME_DATA_DIR", folder.resolve("data").toString());
    return CommandLineRunner.run(
        new Terminal(out, err, variables, new CountDownLatch(1)), arguments);
  }

  private String config(String text) throws IOException {
    return Files.writeString(folder.resolve("mine.yaml"), text).toString();
  }

  private static ServerConfig serverConfig(String file, Map<String, String> environment) {
    var settings = new ServerConfigBuilder(environment::get);
    ConfigFiles.read(List.of(Path.of(file)), settings);
    settings.environment();
    return settings.build();
  }

  @Test
  void withoutAMonitor_itShowsWhatTheDatabaseHasCounted() throws IOException {
    int port = TestPorts.free();
    var file =
        config(
            "http: {port: %d}%nbudget: {presets: [upstash-free], limits: {database_size: 1GB}}"
                .formatted(port));

    assertThat(run(Map.of(), "budget", "-c", file)).as(err.toString()).isZero();

    assertThat(out.toString().lines().findFirst().orElseThrow())
        .containsPattern(
            "RESOURCE +USED +LIMIT +SHARE +A DAY +MONTH'S END +80 % LIE WITHIN +LASTS UNTIL +80 % LIE WITHIN");
    assertThat(out.toString())
        .containsPattern("redis_commands +1,2[0-9]{2} +500,000 +0.2 % +- +- +-")
        .containsPattern("redis_traffic +5.6 MB +10.0 GB +0.1 % ")
        .containsPattern("redis_memory +- +256.0 MB +- ")
        .containsPattern("database_egress +[0-9.]+ k?B +none +- ")
        .containsPattern("database_size +[0-9.]+ MB +1.0 GB +[0-9.]+ % ")
        .contains("No monitor runs at 127.0.0.1:" + port);

    assertThat(run(Map.of(), "budget", "--json", "-c", file)).as(err.toString()).isZero();
    var json = WireJson.parse(out.toString());
    assertThat(json.at("/resources/0/used").longValue()).isGreaterThanOrEqualTo(1_234);
    assertThat(json.at("/resources/0/perDay").isNull()).isTrue();
    assertThat(json.at("/resources/2/used").isNull()).isTrue();
    assertThat(json.at("/resources/4/used").longValue()).isPositive();
    assertThat(json.has("writeIntervalSeconds")).isFalse();
    assertThat(out.toString()).doesNotContain("No monitor");
  }

  @Test
  void withAMonitor_itShowsWhatThatKnows() throws IOException {
    var file =
        config(
            """
            http: {port: %d, tokens: {admin: %s, read: %s}}
            cache: {writeInterval: 20s}
            budget: {presets: upstash-free}
            dataDirectory: "%s"
            """
                .formatted(TestPorts.free(), TOKEN, READ_TOKEN, folder.resolve("data")));
    var environment = Map.of("DATABASE_URL", databaseUrl, "REDIS_URL", REDIS.url());
    var served = serverConfig(file, environment);
    try (var application = Application.start(served, (definition, result) -> {})) {
      assertThat(application.cachePlace()).hasValue("Redis at 127.0.0.1:" + REDIS.port());
      await()
          .until(
              () ->
                  application.mcp().budget().resources().stream()
                      .filter(one -> one.resource() == Resource.REDIS_MEMORY)
                      .anyMatch(one -> one.used() != null));

      assertThat(run(environment, "budget", "-c", file)).as(err.toString()).isZero();
      assertThat(out.toString())
          .containsPattern("redis_commands +1,2[0-9]{2} +500,000 ")
          .containsPattern("redis_memory +[0-9.]+ [kM]B +256.0 MB ")
          .endsWith(
              "The shared cache is written every 20 s, first-level values live 1 times as long.\n");
      assertThat(run(environment, "budget", "--json", "-c", file)).isZero();
      var json = WireJson.parse(out.toString());
      assertThat(json.get("writeIntervalSeconds").doubleValue()).isEqualTo(20);
      assertThat(json.get("writes").booleanValue()).isTrue();

      var other =
          Files.writeString(folder.resolve("o.yaml"), "http: {port: %d}".formatted(served.port()));
      assertThat(run(Map.of(), "budget", "-c", other.toString())).isEqualTo(1);
      assertThat(err.toString())
          .contains(
              "the monitor at 127.0.0.1:%d wants another token: name its config by --config, or set MCP_REALTIME_TOKEN"
                  .formatted(served.port()));
      var wrong = Map.of("MCP_REALTIME_TOKEN", HIDDEN);
      assertThat(run(wrong, "budget", "-c", other.toString())).isEqualTo(1);
      assertThat(err.toString()).contains("wants another token");
      var right = Map.of("MCP_REALTIME_TOKEN", TOKEN);
      assertThat(run(right, "budget", "-c", other.toString())).as(err.toString()).isZero();
    }
  }

  @Test
  void anotherProgramAtThePort_isNoticed() throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var answer = new String[] {""};
    var status = new int[1];
    http.createContext(
        "/",
        exchange -> {
          var body = answer[0].getBytes(UTF_8);
          exchange.sendResponseHeaders(status[0], body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
    try {
      int port = http.getAddress().getPort();
      var file = config("http: {port: %d}".formatted(port));
      var answers =
          Map.of(
              "404 ", "answers 404 to /api/v1/budget: is another program there?",
              "503 {}", "answers 503 to /api/v1/budget",
              "200 <html>", "does not answer as a monitor",
              "200 ", "does not answer as a monitor",
              "200 [1]", "does not answer as a monitor: its answer is no JSON object",
              "200 {}", "answers without resources: is another program there?",
              "200 {\"resources\": 5}", "answers without resources");
      for (var expected : answers.entrySet()) {
        status[0] = Integer.parseInt(expected.getKey().substring(0, 3));
        answer[0] = expected.getKey().substring(4);
        assertThat(run(Map.of(), "budget", "-c", file)).as(expected.getKey()).isEqualTo(1);
        assertThat(err.toString()).contains("127.0.0.1:" + port, expected.getValue());
        assertThat(out.toString()).isEmpty();
      }
    } finally {
      http.stop(0);
    }
  }

  @Test
  void monitorOverIpv6_isAskedThere() throws IOException {
    var file = config("http: {host: \"::1\", port: %d}".formatted(TestPorts.free()));
    assertThat(run(Map.of(), "budget", "-c", file)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("redis_commands", "No monitor runs at");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "budget: {presets: bogus}|there are no limits named bogus; use one of [none, supabase-free, upstash-free]",
        "budget: {presets: [none, bogus]}|there are no limits named bogus; use one of [none, supabase-free, upstash-free]",
        "budget: {limits: {redis_traffic: 10 XB}}|budget.limits.redis_traffic: '10 XB' is no amount: write 500000, 256MB or 10GB",
        "budget: {limits: {redis_traffic: 0}}|budget.limits.redis_traffic: must be at least 1, is 0",
        "budget: {limits: {traffic: 1}}|budget.limits.traffic: is not known here",
        "cache: {timeout: 1ms}|cache.timeout must lie between 50ms and 30s",
        "cache: {upstashToken: hidden-from-everybody}|UPSTASH_REDIS_REST_TOKEN is set without UPSTASH_REDIS_REST_URL",
        "cache: {upstashUrl: 'https://hidden-from-everybody@a b'}|cache.upstashUrl: is no URL; use https://….upstash.io",
        "cache: {url: 'redis://:hidden-from-everybody@h', upstashUrl: 'https://h', upstashToken: t}|two shared caches are set"
      })
  void settingsThatCannotBeUsed_areRefused(String settings, String message) throws IOException {
    assertThat(run(Map.of(), "budget", "-c", config(settings))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void environmentThatCannotBeUsed_isRefused() {
    var both =
        Map.of(
            "REDIS_URL",
            "redis://:" + HIDDEN + "@h",
            "UPSTASH_REDIS_REST_URL",
            "https://name.upstash.io",
            "UPSTASH_REDIS_REST_TOKEN",
            HIDDEN);
    assertThat(run(both, "budget")).isEqualTo(2);
    assertThat(err.toString())
        .contains("a Redis (REDIS_URL or cache.url) and an Upstash")
        .contains("unset one");
    assertThat(run(Map.of("UPSTASH_REDIS_REST_TOKEN", HIDDEN), "budget")).isEqualTo(2);
    assertThat(err.toString()).contains("UPSTASH_REDIS_REST_TOKEN is set without");
    assertThat(run(Map.of("UPSTASH_REDIS_REST_URL", "https://h"), "budget")).isEqualTo(2);
    assertThat(err.toString()).contains("UPSTASH_REDIS_REST_URL is set without");
  }

  @ParameterizedTest
  @CsvSource({
    "redis:/hidden-from-everybody@h, names no host",
    "http://:hidden-from-everybody@h, starts with neither redis: nor rediss:",
    "redis://:hidden-from-everybody@h:port, has a port that is no number from 0 to 65535",
    "redis://:hidden-from-everybody%@h, cannot be read near character"
  })
  void serve_withAnAddressThatIsNone_refusesItBeforeADatabaseIsStarted(String url, String why) {
    var data = folder.resolve("data");
    var environment = Map.of("REDIS_URL", url, "DATABASE_URL", "");

    assertThat(run(environment, "serve", "-c", empty(), "--port", "0")).isEqualTo(2);

    assertThat(err.toString()).contains("the Redis URL " + why);
    assertThat(data).doesNotExist();
  }

  private String empty() {
    try {
      return config("servers: {}");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
