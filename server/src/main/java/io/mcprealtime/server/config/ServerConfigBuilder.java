package io.mcprealtime.server.config;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.budget.Limits;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.mcp.AddressRange;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.server.monitor.MonitorSettings;
import io.mcprealtime.server.monitor.MonitorSettings.Circuit;
import io.mcprealtime.server.monitor.MonitorSettings.Confirmation;
import io.mcprealtime.server.monitor.MonitorSettings.FlappingRule;
import io.mcprealtime.server.monitor.Ownership;
import io.mcprealtime.storage.DataKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Puts a configuration together: defaults, then files, then the environment, then options. */
public final class ServerConfigBuilder {
  private final Map<Scope, String> tokens = new EnumMap<>(Scope.class);
  private final Function<String, @Nullable String> environment;
  private String host = "127.0.0.1";
  private int port = 8585;
  private List<String> allowedHosts = List.of();
  private @Nullable String databaseUrl;
  private Path dataDirectory;
  private Duration interval = Duration.ofSeconds(15);
  private Duration healthInterval = Duration.ofSeconds(30);
  private Duration requestTimeout = Duration.ofSeconds(5);
  private Duration startTimeout = Duration.ofSeconds(20);
  private List<AddressRange> allowedTargets = List.of();
  private @Nullable Path spoolDirectory;
  private @Nullable String redisUrl;
  private @Nullable URI upstashUrl;
  private @Nullable String upstashToken;
  private String cachePrefix = "mcp:";
  private Duration cacheTimeout = Duration.ofSeconds(1);
  private Duration cacheWriteInterval = Duration.ofSeconds(15);
  private Duration listInterval = MonitorSettings.DEFAULT_LIST_INTERVAL;
  private double probeShare = MonitorSettings.DEFAULT_PROBE_SHARE;
  private Ownership ownership = Ownership.ALL;
  private int agreeing = Confirmation.DEFAULT.agreeing();
  private int ofProbes = Confirmation.DEFAULT.of();
  private Duration retry = Confirmation.DEFAULT.retry();
  private int flapChanges = FlappingRule.DEFAULT.changes();
  private Duration flapWindow = FlappingRule.DEFAULT.window();
  private Duration flapCalm = FlappingRule.DEFAULT.calm();
  private int failuresToOpen = Circuit.DEFAULT.failures();
  private Duration circuitPause = Circuit.DEFAULT.pause();
  private Duration longestPause = Circuit.DEFAULT.longestPause();
  private @Nullable List<String> presets;
  private final Map<Resource, Long> limits = new EnumMap<>(Resource.class);
  private final McpRealtimeConfig.Builder managers = McpRealtimeConfig.builder();

  /**
   * Starts from the defaults.
   *
   * @param environment the value of an environment variable, or null
   */
  public ServerConfigBuilder(Function<String, @Nullable String> environment) {
    this.environment = environment;
    this.dataDirectory = defaultDataDirectory(environment);
  }

  private static Path defaultDataDirectory(Function<String, @Nullable String> environment) {
    String own = environment.apply("MCP_REALTIME_DATA_DIR");
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    String xdg = environment.apply("XDG_DATA_HOME");
    Path base =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(xdg);
    return base.resolve("mcp-realtime");
  }

  /** Takes the environment's settings, which win over those of files. */
  public void environment() {
    String url = environment.apply("DATABASE_URL");
    if (url != null) {
      databaseUrl(url);
    }
    var redis = environment.apply("REDIS_URL");
    if (redis != null && !redis.isBlank()) {
      redisUrl = redis;
    }
    var upstash = environment.apply("UPSTASH_REDIS_REST_URL");
    if (upstash != null && !upstash.isBlank()) {
      try {
        upstashUrl = uri(upstash);
      } catch (IllegalArgumentException e) {
        throw new ConfigException(List.of("UPSTASH_REDIS_REST_URL " + e.getMessage()));
      }
    }
    var upstashSecret = environment.apply("UPSTASH_REDIS_REST_TOKEN");
    if (upstashSecret != null && !upstashSecret.isBlank()) {
      upstashToken = upstashSecret;
    }
    token(Scope.ADMIN, environment.apply("MCP_REALTIME_TOKEN"));
  }

  private static URI uri(String value) {
    try {
      return URI.create(value);
    } catch (IllegalArgumentException e) {
      // The cause shows the whole value, which may hold a secret.
      throw new IllegalArgumentException("is no URL; use https://….upstash.io", null);
    }
  }

  /**
   * Takes the settings of a file. What is wrong with them is added to the errors.
   *
   * @param root the file's content, of which the key {@code servers} is left alone
   */
  public void settings(String file, JsonNode root, List<String> errors) {
    var top = new SettingsNode(file, root, environment, errors);
    top.raw("servers");
    top.raw("mcpServers");
    top.text("dataDirectory", value -> dataDirectory = inHome(value));
    var http = top.section("http");
    http.text("host", value -> host = value);
    http.integer("port", 0, 65_535, value -> port = value);
    http.texts("allowedHosts", value -> allowedHosts = value);
    var tokenSection = http.section("tokens");
    tokenSection.text("read", value -> token(Scope.READ, value));
    tokenSection.text("ingest", value -> token(Scope.INGEST, value));
    tokenSection.text("admin", value -> token(Scope.ADMIN, value));
    var database = top.section("database");
    database.text("url", this::databaseUrl);
    database.integer(
        "limitMegabytes",
        1,
        1_000_000_000,
        value -> limits.put(Resource.DATABASE_SIZE, value * 1_000_000L));
    var cache = top.section("cache");
    cache.text("url", value -> redisUrl = value);
    cache.read("upstashUrl", ServerConfigBuilder::uri, value -> upstashUrl = value);
    cache.text("upstashToken", value -> upstashToken = value);
    cache.text("prefix", value -> cachePrefix = value);
    cache.duration("timeout", value -> cacheTimeout = value);
    cache.duration("writeInterval", this::cacheWriteInterval);
    var budget = top.section("budget");
    budget.texts(
        "presets",
        names -> {
          Limits.ofPresets(names);
          presets = names;
        });
    var budgetLimits = budget.section("limits");
    for (var resource : Resource.values()) {
      budgetLimits.read(resource.wireName(), Amounts::parse, value -> limits.put(resource, value));
    }
    var spool = top.section("spool");
    spool.text("directory", value -> spoolDirectory = value.isBlank() ? null : inHome(value));
    spool.integer(
        "limitMegabytes", 1, 1_000_000, value -> managers.spoolLimitBytes(value * 1_000_000L));
    var collection = top.section("collection");
    collection.duration("interval", this::interval);
    collection.duration("healthInterval", value -> healthInterval = value);
    collection.duration("requestTimeout", this::requestTimeout);
    collection.duration("startTimeout", this::startTimeout);
    collection.duration("listInterval", value -> listInterval = value);
    collection.read("probeShare", ServerConfigBuilder::share, value -> probeShare = value);
    collection.read("share", Ownership::parse, value -> ownership = value);
    var confirmation = collection.section("confirmation");
    confirmation.integer("agreeing", 1, 20, value -> agreeing = value);
    confirmation.integer("of", 1, 20, value -> ofProbes = value);
    confirmation.duration("retry", value -> retry = value);
    var flapping = collection.section("flapping");
    flapping.integer("changes", 2, 1_000, value -> flapChanges = value);
    flapping.duration("window", value -> flapWindow = value);
    flapping.duration("calm", value -> flapCalm = value);
    var circuit = collection.section("circuit");
    circuit.integer("failures", 1, 1_000, value -> failuresToOpen = value);
    circuit.duration("pause", value -> circuitPause = value);
    circuit.duration("longestPause", value -> longestPause = value);
    var targets = top.section("targets");
    targets.texts(
        "allow",
        values ->
            allowedTargets =
                values.stream()
                    .filter(value -> !value.isBlank())
                    .map(AddressRange::parse)
                    .toList());
    var retention = top.section("retention");
    retention.duration("metrics", value -> managers.retention(DataKind.METRICS, value));
    retention.duration("health", value -> managers.retention(DataKind.HEALTH_CHECKS, value));
    retention.duration("events", value -> managers.retention(DataKind.EVENTS, value));
    retention.duration("aggregates", value -> managers.retention(DataKind.ROLLUPS, value));
    retention.text("archiveDirectory", value -> managers.archiveDirectory(inHome(value)));
    var floors = retention.section("floors");
    floors.duration("metrics", value -> managers.floor(DataKind.METRICS, value));
    floors.duration("health", value -> managers.floor(DataKind.HEALTH_CHECKS, value));
    floors.duration("events", value -> managers.floor(DataKind.EVENTS, value));
    floors.duration("aggregates", value -> managers.floor(DataKind.ROLLUPS, value));
    var automation = top.section("automation");
    automation.duration("packInterval", managers::packInterval);
    automation.duration("hotWindow", managers::hotWindow);
    automation.duration("tightHotWindow", managers::tightHotWindow);
    automation.duration("cleanupInterval", managers::cleanupInterval);
    for (var section :
        List.of(
            top,
            http,
            tokenSection,
            database,
            cache,
            budget,
            budgetLimits,
            spool,
            collection,
            confirmation,
            flapping,
            circuit,
            targets,
            retention,
            floors,
            automation)) {
      section.refuseUnknown();
    }
  }

  /** A path that may start with {@code ~}, the user's home. */
  private static Path inHome(String value) {
    boolean home = value.equals("~") || value.startsWith("~/");
    return home ? Path.of(System.getProperty("user.home"), value.substring(1)) : Path.of(value);
  }

  public void host(String value) {
    host = value;
  }

  public void port(int value) {
    port = value;
  }

  /** Sets the token of a scope; nothing is set by null or an empty text. */
  public void token(Scope scope, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      tokens.put(scope, value);
    }
  }

  public void databaseUrl(@Nullable String value) {
    databaseUrl = value == null || value.isBlank() ? null : value;
  }

  public Path dataDirectory() {
    return dataDirectory;
  }

  public void dataDirectory(Path value) {
    dataDirectory = value;
  }

  public void requestTimeout(Duration value) {
    requestTimeout = value;
  }

  public void startTimeout(Duration value) {
    startTimeout = value;
  }

  public void interval(Duration value) {
    interval = value;
  }

  private void cacheWriteInterval(Duration value) {
    if (value.compareTo(Duration.ofSeconds(1)) < 0 || value.compareTo(Duration.ofMinutes(15)) > 0) {
      throw new IllegalArgumentException("must lie between 1s and 15m, is %s".formatted(value));
    }
    cacheWriteInterval = value;
  }

  private static double share(String value) {
    try {
      double share = Double.parseDouble(value);
      if (share > 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "must be more than 0 and at most 1, is '%s'".formatted(value));
  }

  private MonitorSettings monitor() {
    return new MonitorSettings(
        interval,
        healthInterval,
        listInterval,
        new Confirmation(agreeing, ofProbes, retry),
        new FlappingRule(flapChanges, flapWindow, flapCalm),
        new Circuit(failuresToOpen, circuitPause, longestPause),
        probeShare,
        ownership);
  }

  private Path spool() {
    var own = spoolDirectory;
    return (own == null ? dataDirectory.resolve("spool") : own).toAbsolutePath();
  }

  /** Some probes may be late before a state is not known any more. */
  private Duration staleAfter() {
    var late = interval.multipliedBy(4).plus(startTimeout);
    var usual = McpRealtimeConfig.defaults().staleAfter();
    return late.compareTo(usual) > 0 ? late : usual;
  }

  /**
   * The configuration.
   *
   * @throws ConfigException that names what does not fit together
   */
  public ServerConfig build() {
    var errors = new ArrayList<>(Tokens.errors(tokens));
    errors.addAll(ServerConfig.errors(host, !tokens.isEmpty(), interval));
    var cache = new CacheConfig(redisUrl, upstashUrl, upstashToken, cachePrefix, cacheTimeout);
    errors.addAll(cache.errors());
    var chosen = presets == null ? Providers.presets(databaseUrl, cache) : presets;
    var allLimits = Limits.ofPresets(chosen).with(new Limits(limits));
    // A tier that an address only hints at must not make data go: somebody may pay for more.
    var asked = Limits.ofPresets(presets == null ? List.of() : presets).with(new Limits(limits));
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
    try {
      return new ServerConfig(
          host,
          port,
          allowedHosts,
          new Tokens(tokens),
          databaseUrl,
          dataDirectory.toAbsolutePath(),
          monitor(),
          requestTimeout,
          startTimeout,
          allowedTargets,
          cache,
          allLimits,
          managers
              .staleAfter(staleAfter())
              .spoolDirectory(spool())
              .adviceFile(dataDirectory.resolve("recommendations.json").toAbsolutePath())
              .analysisFile(dataDirectory.resolve("analysis.state").toAbsolutePath())
              .cacheWriteInterval(cacheWriteInterval)
              .storageLimitBytes(asked.values().get(Resource.DATABASE_SIZE))
              .build());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
  }
}
