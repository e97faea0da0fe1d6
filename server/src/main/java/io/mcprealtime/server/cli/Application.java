package io.mcprealtime.server.cli;

import io.mcprealtime.EventType;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.server.config.ConfigException;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.http.HttpApi;
import io.mcprealtime.server.http.OperationMetrics;
import io.mcprealtime.server.monitor.Monitor;
import io.mcprealtime.server.monitor.ServerRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: database, managers, monitor and HTTP server, started in that order and
 * closed in the other. What was started is closed when a later part cannot start.
 */
public final class Application implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Application.class);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final ServerRegistry registry;
  private final McpRealtime mcp;
  private final Monitor monitor;
  private final int port;

  private Application(ServerConfig config, BiConsumer<ServerDefinition, ProbeResult> observer) {
    try {
      var storage = opened(PostgresStorage.builder(databaseUrl(config)).build());
      storage.migrate();
      this.mcp = opened(McpRealtime.builder().storage(storage).config(config.managers()).start());
      this.registry = new ServerRegistry(TimeSource.system(), config.managers().staleAfter());
      mcp.manager().live().subscribe(registry);
      registry.known(mcp.timeSeries().getLatestMetrics());
      var operations = opened(new OperationMetrics(registry));
      this.monitor = opened(monitor(config, operations, observer));
      this.port = opened(new HttpApi(config, mcp, storage, registry, operations)).start();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts everything.
   *
   * @param observer is told of every probe
   * @throws io.mcprealtime.McpRealtimeException when a part cannot start
   */
  static Application start(
      ServerConfig config, BiConsumer<ServerDefinition, ProbeResult> observer) {
    return new Application(config, observer);
  }

  private DatabaseUrl databaseUrl(ServerConfig config) {
    if (config.databaseUrl() != null) {
      return parse(config.databaseUrl());
    }
    return opened(EmbeddedDatabase.start(config.dataDirectory().resolve("postgresql"))).url();
  }

  static DatabaseUrl parse(String url) {
    try {
      return DatabaseUrl.parse(url);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
  }

  private Monitor monitor(
      ServerConfig config,
      OperationMetrics operations,
      BiConsumer<ServerDefinition, ProbeResult> observer) {
    var prober =
        McpProber.builder()
            .requestTimeout(config.requestTimeout())
            .startTimeout(config.startTimeout())
            .probeTimeout(config.probeTimeout())
            .build();
    BiConsumer<ServerDefinition, ProbeResult> both = operations::probed;
    return new Monitor(
        prober,
        mcp.manager(),
        registry,
        config.interval(),
        config.healthInterval(),
        both.andThen(observer));
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** Watches just these servers from now on, with what is stored of them. */
  List<String> watch(Collection<ServerDefinition> servers) {
    var changes = monitor.watch(servers);
    try {
      servers.forEach(definition -> loadHistory(definition.id()));
    } catch (McpRealtimeException e) {
      log.warn("what is stored of the servers is not shown: {}", e.getMessage());
    }
    return changes;
  }

  /** What this process has seen itself needs no loading. */
  private void loadHistory(ServerId server) {
    boolean seen = registry.view(server).filter(view -> view.recent().size() > 1).isPresent();
    if (!seen) {
      var oldestFirst =
          new ArrayList<>(mcp.timeSeries().getRecentMetrics(server, ServerRegistry.RECENT));
      Collections.reverse(oldestFirst);
      registry.history(server, oldestFirst);
    }
  }

  /** Records that the configuration changed. */
  void configurationChanged(Severity severity, String message) {
    mcp.manager()
        .processEvents(
            List.of(
                MonitoringEvent.ofMonitor(
                    TimeSource.system().instant(), EventType.CONFIG, severity, message)));
  }

  McpRealtime mcp() {
    return mcp;
  }

  ServerRegistry registry() {
    return registry;
  }

  /** The port that the HTTP server listens on. */
  int port() {
    return port;
  }

  /** Ends everything in order; no child process is left. */
  @Override
  public void close() {
    while (!open.isEmpty()) {
      var part = open.pop();
      try {
        part.close();
      } catch (Exception e) {
        log.warn("{} did not close in order: {}", part.getClass().getSimpleName(), e.getMessage());
      }
    }
  }
}
