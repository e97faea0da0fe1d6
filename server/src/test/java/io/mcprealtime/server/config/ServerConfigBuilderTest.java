package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.storage.DataKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    assertThat(config.interval()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.healthInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.managers())
        .isEqualTo(
            McpRealtimeConfig.builder()
                .spoolDirectory(config.dataDirectory().resolve("spool"))
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
        spool: {directory: /spool, limitMegabytes: 5}
        collection: {interval: 5s, healthInterval: 1m, requestTimeout: 250ms, startTimeout: 9s}
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
    assertThat(config.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.healthInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(9));
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
}
