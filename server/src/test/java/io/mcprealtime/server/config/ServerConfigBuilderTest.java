package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.ServerId;
import io.mcprealtime.budget.Limits;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.server.monitor.MonitorSettings.Circuit;
import io.mcprealtime.server.monitor.MonitorSettings.Confirmation;
import io.mcprealtime.server.monitor.MonitorSettings.FlappingRule;
import io.mcprealtime.storage.DataKind;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.dataformat.yaml.YAMLMapper;

class ServerConfigBuilderTest {
  private static final String TOKEN = "a-secret-of-16-or-more";
  private final List<String> errors = new ArrayList<>();

  private ServerConfigBuilder builder(Map<String, String> environment) {
    return new ServerConfigBuilder(environment::get);
  }

  private ServerConfigBuilder read(Map<String, String> environment, String yaml) {
    var builder = builder(environment);
    builder.settings("my.yaml", YAMLMapper.shared().readTree(yaml), errors);
    return builder;
  }

  @Test
  void defaults_areTheProducts() {
    var config = builder(Map.of()).build();
    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.isLoopback()).isTrue();
    assertThat(config.port()).isEqualTo(8585);
    assertThat(config.allowedHosts()).isEmpty();
    assertThat(config.tokens().isEmpty()).isTrue();
    assertThat(config.databaseUrl()).isNull();
    assertThat(config.dataDirectory())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".local", "share", "mcp-realtime"));
    assertThat(config.monitor().interval()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.monitor().healthInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.allowedTargets()).isEmpty();
    assertThat(config.cache())
        .isEqualTo(new CacheConfig(null, null, null, "mcp:", Duration.ofSeconds(1)));
    assertThat(config.cache().isShared()).isFalse();
    assertThat(config.limits()).isEqualTo(Limits.NONE);
    assertThat(config.managers().cacheWriteInterval()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.managers())
        .isEqualTo(
            McpRealtimeConfig.builder()
                .spoolDirectory(config.dataDirectory().resolve("spool"))
                .adviceFile(config.dataDirectory().resolve("recommendations.json"))
                .analysisFile(config.dataDirectory().resolve("analysis.state"))
                .build());
  }

  @Test
  void everySetting_isTaken() {
    String yaml =
        """
        dataDirectory: /data
        http:
          host: 0.0.0.0
          port: 9000
          allowedHosts: one.example, two.example
          tokens: {read: read-0123456789ab, ingest: ingest-0123456789, admin: admin-0123456789a}
        database: {url: "postgres://u:p@h/d", limitMegabytes: 440}
        cache: {url: "redis://u:p@h:6379", prefix: "mine:", timeout: 250ms, writeInterval: 5s}
        budget:
          presets: [upstash-free]
          limits: {redis_commands: 400_000, redis_traffic: 9GB, database_egress: 4.5 GB}
        spool: {directory: /spool, limitMegabytes: 5}
        collection: {interval: 5s, healthInterval: 1m, requestTimeout: 250ms, startTimeout: 9s}
        targets: {allow: [10.0.0.0/8, 127.0.0.1]}
        retention:
          metrics: 1d
          health: 2d
          events: 3h
          aggregates: 4d
          archiveDirectory: /var/archive
          floors: {metrics: 5h, health: 6h, events: 1h, aggregates: 2d}
        automation: {packInterval: 1m, hotWindow: 3h, tightHotWindow: 10m, cleanupInterval: 2h}
        servers: {}
        mcpServers: {}
        """;
    var config = read(Map.of(), yaml).build();
    assertThat(errors).isEmpty();
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/data"));
    assertThat(config.managers().spoolDirectory()).isEqualTo(Path.of("/spool"));
    assertThat(config.managers().spoolLimitBytes()).isEqualTo(5_000_000);
    assertThat(config.host()).isEqualTo("0.0.0.0");
    assertThat(config.isLoopback()).isFalse();
    assertThat(config.port()).isEqualTo(9000);
    assertThat(config.allowedHosts()).containsExactly("one.example", "two.example");
    assertThat(config.tokens().byScope()).containsOnlyKeys(Scope.values());
    assertThat(config.tokens().byScope()).containsEntry(Scope.INGEST, "ingest-0123456789");
    assertThat(config.databaseUrl()).isEqualTo("postgres://u:p@h/d");
    assertThat(config.monitor().interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.monitor().healthInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.allowedTargets())
        .extracting(Object::toString)
        .containsExactly("10.0.0.0/8", "127.0.0.1/32");
    var managers = config.managers();
    assertThat(managers.retention(DataKind.METRICS)).isEqualTo(Duration.ofDays(1));
    assertThat(managers.retention(DataKind.HEALTH_CHECKS)).isEqualTo(Duration.ofDays(2));
    assertThat(managers.retention(DataKind.EVENTS)).isEqualTo(Duration.ofHours(3));
    assertThat(managers.retention(DataKind.ROLLUPS)).isEqualTo(Duration.ofDays(4));
    assertThat(managers.packInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(managers.floor(DataKind.METRICS)).isEqualTo(Duration.ofHours(5));
    assertThat(managers.floor(DataKind.HEALTH_CHECKS)).isEqualTo(Duration.ofHours(6));
    assertThat(managers.floor(DataKind.EVENTS)).isEqualTo(Duration.ofHours(1));
    assertThat(managers.floor(DataKind.ROLLUPS)).isEqualTo(Duration.ofDays(2));
    assertThat(managers.archiveDirectory()).isEqualTo(Path.of("/var/archive"));
    assertThat(managers.packInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(managers.hotWindow()).isEqualTo(Duration.ofHours(3));
    assertThat(managers.tightHotWindow()).isEqualTo(Duration.ofMinutes(10));
    assertThat(managers.cleanupInterval()).isEqualTo(Duration.ofHours(2));
    assertThat(managers.storageLimitBytes()).isEqualTo(440_000_000L);
    assertThat(config.cache())
        .isEqualTo(
            new CacheConfig("redis://u:p@h:6379", null, null, "mine:", Duration.ofMillis(250)));
    assertThat(managers.cacheWriteInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.limits().values())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                Resource.REDIS_COMMANDS, 400_000L,
                Resource.REDIS_TRAFFIC, 9_000_000_000L,
                Resource.REDIS_MEMORY, 256_000_000L,
                Resource.DATABASE_EGRESS, 4_500_000_000L,
                Resource.DATABASE_SIZE, 440_000_000L));
  }

  @Test
  void allowedTargets_haveARule_thatNamesTheSetting() throws Exception {
    var config = read(Map.of(), "targets: {allow: \"10.0.0.0/8, ${MORE:}\"}").build();
    assertThat(errors).isEmpty();
    var rule = config.addressRule();
    assertThat(rule.refusal(InetAddress.getByName("10.1.2.3"))).isNull();
    assertThat(rule.refusal(InetAddress.getByName("1.1.1.1"))).isNull();
    assertThat(rule.refusal(InetAddress.getByName("127.0.0.1")))
        .isEqualTo(
            "it is not public (loopback, 127.0.0.0/8); allow it by the setting targets.allow");
    read(Map.of(), "targets: {allow: [localhost], deny: x}");
    assertThat(errors)
        .containsExactly(
            "my.yaml.targets.allow: 'localhost' is no range of addresses; write it like 10.0.0.0/8,"
                + " fd00::/8 or 127.0.0.1",
            "my.yaml.targets.deny: is not known here; known are [allow]");
  }

  @Test
  void upstash_isTakenOfTheFile_andOfTheEnvironmentOverIt() {
    String yaml =
        "cache: {upstashUrl: \"https://file.example\", upstashToken: \"${T:of-the-file}\"}";
    var builder =
        read(Map.of("UPSTASH_REDIS_REST_URL", "https://name.upstash.io", "REDIS_URL", " "), yaml);
    assertThat(errors).isEmpty();
    assertThat(builder.build().cache().upstashUrl()).isEqualTo(URI.create("https://file.example"));
    assertThat(builder.build().limits()).isEqualTo(Limits.NONE);

    builder.environment();

    assertThat(builder.build().cache().upstashUrl())
        .isEqualTo(URI.create("https://name.upstash.io"));
    assertThat(builder.build().cache().upstashToken()).isEqualTo("of-the-file");
    assertThat(builder.build().limits()).isEqualTo(Limits.UPSTASH_FREE);
    var token = read(Map.of("UPSTASH_REDIS_REST_TOKEN", "of-the-environment"), yaml);
    token.environment();
    assertThat(token.build().cache().upstashToken()).isEqualTo("of-the-environment");
  }

  @Test
  void redisOfTheEnvironment_isOverTheFile() {
    var builder = read(Map.of("REDIS_URL", "redis://environment"), "cache: {url: redis://file}");
    builder.environment();
    assertThat(builder.build().cache().redisUrl()).isEqualTo("redis://environment");
  }

  @Test
  void limits_followTheServices_unlessTheyAreChosen() {
    var supabase = Map.of("DATABASE_URL", "postgres://u:p@db.ref.supabase.co/postgres");
    var builder = builder(supabase);
    builder.environment();
    assertThat(builder.build().limits()).isEqualTo(Limits.SUPABASE_FREE);
    assertThat(builder.build().managers().storageLimitBytes())
        .as("an address alone lets no data go")
        .isNull();

    var chosen = read(supabase, "budget: {presets: supabase-free}");
    assertThat(chosen.build().managers().storageLimitBytes()).isEqualTo(500_000_000L);

    var larger = read(supabase, "database: {limitMegabytes: 8000}");
    larger.environment();
    assertThat(larger.build().managers().storageLimitBytes()).isEqualTo(8_000_000_000L);
    assertThat(larger.build().limits().of(Resource.DATABASE_EGRESS)).hasValue(5_000_000_000L);

    var none = read(supabase, "budget: {presets: none}");
    none.environment();
    assertThat(none.build().limits()).isEqualTo(Limits.NONE);
    assertThat(none.build().managers().storageLimitBytes()).isNull();
    assertThat(errors).isEmpty();
  }

  @Test
  void cacheAndBudget_thatCannotBeUsed_areToldTogether_withoutSecrets() {
    read(
        Map.of(),
        """
        cache:
          upstashUrl: "https://u:hidden@a b"
          timeout: 1
          writeInterval: 500ms
          ttl: 5s
        budget:
          presets: [upstash-free, bogus]
          limits: {redis_commands: 10 XB, redis_memory: 0, commands: 5}
        """);
    assertThat(errors)
        .containsExactlyInAnyOrder(
            "my.yaml.cache.upstashUrl: is no URL; use https://….upstash.io",
            "my.yaml.cache.timeout: '1' is no duration; write a number and a unit: 250ms, 15s, 5m, 6h or 7d",
            "my.yaml.cache.writeInterval: must lie between 1s and 15m, is PT0.5S",
            "my.yaml.cache.ttl: is not known here; known are [prefix, timeout, upstashToken, upstashUrl, url, writeInterval]",
            "my.yaml.budget.presets: there are no limits named bogus; use one of [none, supabase-free, upstash-free]",
            "my.yaml.budget.limits.redis_commands: '10 XB' is no amount: write 500000, 256MB or 10GB",
            "my.yaml.budget.limits.redis_memory: must be at least 1, is 0",
            "my.yaml.budget.limits.commands: is not known here; known are [database_egress, database_size, redis_commands, redis_memory, redis_traffic]");
    var environment = builder(Map.of("UPSTASH_REDIS_REST_URL", "https://u:hidden@a b"));
    assertThatThrownBy(environment::environment)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("UPSTASH_REDIS_REST_URL is no URL; use https://….upstash.io")
        .message()
        .doesNotContain("hidden");
  }

  @Test
  void twoCaches_areRefused_withEverythingElseThatDoesNotFit() {
    var builder =
        builder(
            Map.of(
                "REDIS_URL", "redis://u:hidden@h",
                "UPSTASH_REDIS_REST_URL", "https://name.upstash.io"));
    builder.environment();
    builder.interval(Duration.ofMillis(10));
    assertThatThrownBy(builder::build)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("two shared caches are set")
        .hasMessageContaining(
            "UPSTASH_REDIS_REST_URL is set without UPSTASH_REDIS_REST_TOKEN: set both, or neither")
        .hasMessageContaining("the interval must be at least 1s")
        .message()
        .doesNotContain("hidden");
  }

  @Test
  void environment_isOverTheFile_andOptionsAreOverBoth() {
    var environment =
        Map.of(
            "DATABASE_URL", "postgres://environment/d",
            "MCP_REALTIME_TOKEN", TOKEN,
            "MCP_REALTIME_DATA_DIR", "/of/the/environment");
    var builder = read(environment, "database: {url: postgres://file/d}\nhttp: {port: 1}");
    assertThat(builder.build().databaseUrl()).isEqualTo("postgres://file/d");
    assertThat(builder.build().tokens().isEmpty()).isTrue();

    builder.environment();
    builder.port(2);

    assertThat(builder.build().databaseUrl()).isEqualTo("postgres://environment/d");
    assertThat(builder.build().tokens().allows(TOKEN, Scope.ADMIN)).isTrue();
    assertThat(builder.build().dataDirectory()).isEqualTo(Path.of("/of/the/environment"));
    assertThat(builder.build().port()).isEqualTo(2);
    assertThat(builder(Map.of("XDG_DATA_HOME", "/xdg")).build().dataDirectory())
        .isEqualTo(Path.of("/xdg/mcp-realtime"));
  }

  @Test
  void staleness_allowsForSomeLateProbes() {
    var builder = builder(Map.of());
    assertThat(builder.build().managers().staleAfter()).isEqualTo(Duration.ofMinutes(2));
    builder.interval(Duration.ofMinutes(5));
    assertThat(builder.build().managers().staleAfter()).isGreaterThan(Duration.ofMinutes(20));
  }

  @Test
  void home_isExpanded_andHostsMayBeAList() {
    var builder = read(Map.of(), "dataDirectory: ~/data\nhttp: {allowedHosts: [a.example, b]}");
    assertThat(builder.build().dataDirectory())
        .isEqualTo(Path.of(System.getProperty("user.home"), "data"));
    assertThat(builder.build().allowedHosts()).containsExactly("a.example", "b");
  }

  @Test
  void placeholders_areReplacedFromTheEnvironment() {
    var config =
        read(
                Map.of("PORT", "9001", "TOKEN", TOKEN),
                "http: {port: '${PORT}', host: '${HOST:localhost}', tokens: {read: '${TOKEN}',"
                    + " admin: '${NONE:}'}}")
            .build();
    assertThat(errors).isEmpty();
    assertThat(config.port()).isEqualTo(9001);
    assertThat(config.host()).isEqualTo("localhost");
    assertThat(config.tokens().byScope()).containsOnlyKeys(Scope.READ);
  }

  @Test
  void everythingWrong_isSaidAtOnce() {
    read(
        Map.of(),
        """
        colour: red
        http: {port: 70000, hots: x, tokens: {reed: x}}
        database: {url: "${NOT_SET}", limitMegabytes: much}
        collection: {interval: soon, healthInterval: [1s]}
        retention: 7d
        """);
    assertThat(errors)
        .satisfiesExactlyInAnyOrder(
            error -> assertThat(error).startsWith("my.yaml.colour: is not known here; known are ["),
            error ->
                assertThat(error)
                    .isEqualTo("my.yaml.http.port: must lie between 0 and 65535, is 70000"),
            error -> assertThat(error).startsWith("my.yaml.http.hots: is not known here"),
            error ->
                assertThat(error)
                    .startsWith(
                        "my.yaml.http.tokens.reed: is not known here; known are [admin, ingest, read]"),
            error ->
                assertThat(error)
                    .isEqualTo(
                        "my.yaml.database.url: the environment variable NOT_SET is not set; set it, or write ${NOT_SET:default}"),
            error ->
                assertThat(error)
                    .isEqualTo("my.yaml.database.limitMegabytes: 'much' is no whole number"),
            error ->
                assertThat(error).startsWith("my.yaml.collection.interval: 'soon' is no duration"),
            error ->
                assertThat(error)
                    .isEqualTo("my.yaml.collection.healthInterval: must be a single value"),
            error ->
                assertThat(error).startsWith("my.yaml.retention: must be a group of settings"));
  }

  @Test
  void build_saysAllThatDoesNotFit_withoutSecrets() {
    var builder = builder(Map.of());
    builder.host("0.0.0.0");
    builder.interval(Duration.ofMillis(10));
    assertThatThrownBy(builder::build)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("host 0.0.0.0 can be reached from other machines, so a token must")
        .hasMessageContaining("the interval must be at least 1s, is PT0.01S");
    builder.token(Scope.READ, "short-secret");
    assertThatThrownBy(builder::build)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the read token must have at least 16 characters, has 12")
        .message()
        .doesNotContain("short-secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "LOCALHOST", "::1", "[::1]"})
  void loopback_needsNoToken(String host) {
    var builder = builder(Map.of());
    builder.host(host);
    assertThat(builder.build().isLoopback()).isTrue();
  }

  @Test
  void secrets_areNeverShown() {
    read(Map.of(), "http: {tokens: " + TOKEN + "}");
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0)).doesNotContain(TOKEN);
    var config =
        builder(Map.of("MCP_REALTIME_TOKEN", TOKEN, "DATABASE_URL", "postgres://u:hidden@h/d"))
            .build();
    assertThat(config.toString()).doesNotContain(TOKEN, "hidden");
  }

  @Test
  void howServersAreJudged_isTaken() {
    var monitor =
        read(
                Map.of(),
                """
                collection:
                  listInterval: 5m
                  probeShare: 0.5
                  share: 2/3
                  confirmation: {agreeing: 3, of: 5, retry: 250ms}
                  flapping: {changes: 8, window: 20m, calm: 3m}
                  circuit: {failures: 2, pause: 5s, longestPause: 1m}
                """)
            .build()
            .monitor();
    assertThat(errors).isEmpty();
    assertThat(monitor.listInterval()).isEqualTo(Duration.ofMinutes(5));
    assertThat(monitor.probeShare()).isEqualTo(0.5);
    assertThat(monitor.confirmation()).isEqualTo(new Confirmation(3, 5, Duration.ofMillis(250)));
    assertThat(monitor.flapping())
        .isEqualTo(new FlappingRule(8, Duration.ofMinutes(20), Duration.ofMinutes(3)));
    assertThat(monitor.circuit())
        .isEqualTo(new Circuit(2, Duration.ofSeconds(5), Duration.ofMinutes(1)));
    long owned =
        IntStream.range(0, 300)
            .filter(i -> monitor.ownership().owns(ServerId.of("server-" + i)))
            .count();
    assertThat(owned).isBetween(60L, 140L);
  }

  @Test
  void howServersAreJudged_isChecked() {
    read(
        Map.of(),
        """
        collection:
          probeShare: 2
          share: 4/3
          confirmation: {agreeing: 0, off: 3}
          circuit: {pause: none}
        """);
    assertThat(errors)
        .containsExactlyInAnyOrder(
            "my.yaml.collection.probeShare: must be more than 0 and at most 1, is '2'",
            "my.yaml.collection.share: share 4/3 does not exist; write one like 1/3",
            "my.yaml.collection.confirmation.agreeing: must lie between 1 and 20, is 0",
            "my.yaml.collection.confirmation.off: is not known here; known are [agreeing, of, retry]",
            "my.yaml.collection.circuit.pause: 'none' is no duration; write a number and a unit: 250ms, 15s, 5m, 6h or 7d");
    assertThatThrownBy(
            () -> read(Map.of(), "collection: {confirmation: {agreeing: 3, of: 2}}").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("3 of 2 probes cannot agree");
    assertThatThrownBy(() -> read(Map.of(), "collection: {circuit: {pause: 5m}}").build())
        .hasMessageContaining("circuit.longestPause must not be shorter than circuit.pause");
  }
}
