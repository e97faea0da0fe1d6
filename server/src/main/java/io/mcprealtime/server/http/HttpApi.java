package io.mcprealtime.server.http;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.LiveFeed;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.server.monitor.DriftWatch;
import io.mcprealtime.server.monitor.Probing;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.server.monitor.WatchedServers;
import io.mcprealtime.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.BindException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The HTTP server: the API, live events, Prometheus and the dashboard. */
public final class HttpApi implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpApi.class);
  private static final String API = "/api/v1";
  private static final long MAX_BODY_BYTES = 10L << 20;

  /** A hash, which takes some dozens. */
  private static final long MAX_APPROVAL_BYTES = 64L << 10;

  private static final int APPROVALS_AT_ONCE = 16;

  /** Reads that may have to wait for the database. */
  private static final int DATABASE_WORKERS = 16;

  /** Bodies in flight may take this share of the heap; parsed they take some times as much. */
  private static final int HEAP_SHARE = 16;

  /** Reads of what this process holds: they must not wait behind those of the database. */
  private static final int MEMORY_WORKERS = 2;

  private static final int INTAKE_WORKERS = 4;

  /** Changes of servers, which wait for names to be looked up. */
  private static final int DEFINITION_WORKERS = 4;

  private static final int IDLE_SECONDS = 60;

  /** A clean-up that takes longer goes on unattended: an idle connection would be cut. */
  private static final Duration CLEAN_UP_PATIENCE = Duration.ofSeconds(IDLE_SECONDS * 3L / 4);

  private static final Duration START_BOUND = Duration.ofSeconds(5);
  private static final Duration STOP_BOUND = Duration.ofMillis(1_250);

  private final ServerConfig config;
  private final Guard guard;
  private final BodyBudget bodies =
      new BodyBudget(MAX_BODY_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  private final BodyBudget approvals =
      new BodyBudget(MAX_APPROVAL_BYTES, MAX_APPROVAL_BYTES * APPROVALS_AT_ONCE);
  private final ServerRegistry registry;
  private final OperationMetrics operations;
  private final Reads reads;
  private final Ingest ingest;
  private final ServerChanges changes;
  private final Catalogs catalogs;
  private final StoredData usage;
  private final Storage storage;
  private final McpRealtime mcp;
  private final Vertx vertx;
  private final WorkerExecutor database;
  private final WorkerExecutor memory;
  private final WorkerExecutor intake;
  private final WorkerExecutor definitions;
  private final Readiness readiness;
  private final LiveStream stream;
  private final LiveFeed.Subscription subscription;
  private final Duration cleanUpPatience;
  private @Nullable HttpServer server;

  public HttpApi(
      ServerConfig config,
      McpRealtime mcp,
      Storage storage,
      ServerRegistry registry,
      WatchedServers servers,
      OperationMetrics operations,
      DriftWatch drift,
      Probing probing) {
    this(config, mcp, storage, registry, servers, operations, drift, probing, CLEAN_UP_PATIENCE);
  }

  HttpApi(
      ServerConfig config,
      McpRealtime mcp,
      Storage storage,
      ServerRegistry registry,
      WatchedServers servers,
      OperationMetrics operations,
      DriftWatch drift,
      Probing probing,
      Duration cleanUpPatience) {
    this.cleanUpPatience = cleanUpPatience;
    this.config = config;
    this.guard = new Guard(config);
    this.registry = registry;
    this.operations = operations;
    this.storage = storage;
    this.mcp = mcp;
    this.reads = new Reads(mcp, registry, probing);
    this.ingest = new Ingest(mcp, registry);
    this.changes = new ServerChanges(servers, registry, mcp.manager());
    this.catalogs = new Catalogs(drift, registry);
    this.usage = new StoredData(mcp.retention(), config.managers());
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    this.database = vertx.createSharedWorkerExecutor("mcp-http-database", DATABASE_WORKERS);
    this.memory = vertx.createSharedWorkerExecutor("mcp-http-memory", MEMORY_WORKERS);
    this.intake = vertx.createSharedWorkerExecutor("mcp-http-intake", INTAKE_WORKERS);
    this.definitions = vertx.createSharedWorkerExecutor("mcp-http-definitions", DEFINITION_WORKERS);
    var check = vertx.createSharedWorkerExecutor("mcp-http-check", 1);
    this.readiness = new Readiness(storage, task -> execute(check, task), TimeSource.system());
    this.stream = new LiveStream(vertx);
    this.subscription = mcp.manager().live().subscribe(stream);
    registry.onChange(stream::serversChanged);
  }

  /**
   * Binds and answers from now on.
   *
   * @return the port
   * @throws McpRealtimeException when the address is taken or not to be had
   */
  public int start() {
    var options =
        new HttpServerOptions()
            .setHost(config.host())
            .setPort(config.port())
            .setIdleTimeout(IDLE_SECONDS)
            .setCompressionSupported(true);
    try {
      var started =
          await(vertx.createHttpServer(options).requestHandler(router()).listen(), START_BOUND);
      server = started;
      return started.actualPort();
    } catch (McpRealtimeException e) {
      if (e.getCause() instanceof BindException) {
        throw new McpRealtimeException(
            "%s:%d cannot be bound (%s): stop what listens there, or choose another with --port"
                .formatted(config.host(), config.port(), e.getCause().getMessage()),
            e);
      }
      throw e;
    }
  }

  private Router router() {
    var router = Router.router(vertx);
    router.route().failureHandler(HttpApi::failed);
    router.route().handler(guard::checkHost).handler(HttpApi::secure).handler(HttpApi::checkPath);
    mount(new Routes(router));
    return router;
  }

  /** Mounts everything that is answered. */
  Routes mount(Routes routes) {
    Dashboard.mount(routes);
    routes.get("/healthz", context -> json(context, ApiDocs.alive()));
    routes.get("/readyz", this::ready);
    routes.get("/openapi.json", context -> json(context, ApiDocs.openApi()));
    routes.get("/metrics", List.of(guard.require(Scope.READ), this::prometheus));
    routes.get(
        API + "/servers",
        List.of(guard.require(Scope.READ), context -> answer(context, memory, reads::servers)));
    changes.mount(routes, guard, definitions);
    read(routes, "/servers/:id", reads::server);
    read(routes, "/servers/:id/history", reads::history);
    read(routes, "/servers/:id/trend", reads::trend);
    read(routes, "/servers/:id/anomalies", reads::anomalies);
    read(routes, "/servers/:id/health-checks", reads::healthChecks);
    read(routes, "/servers/:id/catalog", catalogs::catalog);
    routes.post(
        API + "/servers/:id/catalog/approve",
        List.of(
            guard.require(Scope.ADMIN),
            HttpApi::requireJson,
            approvals,
            BodyHandler.create(false).setBodyLimit(MAX_APPROVAL_BYTES),
            this::approve));
    read(routes, "/drift", catalogs::drifts);
    read(routes, "/metrics", reads::metrics);
    read(routes, "/metrics/:id", reads::metricsOfServer);
    read(routes, "/events", reads::events);
    read(routes, "/stats", reads::stats);
    read(routes, "/incidents", reads::incidents);
    read(routes, "/recommendations", reads::recommendations);
    read(routes, "/summary", reads::summary);
    read(routes, "/usage", usage::usage);
    read(routes, "/budget", params -> ApiJson.budget(mcp.budget()));
    routes.post(
        API + "/cleanup",
        List.of(
            guard.require(Scope.ADMIN),
            HttpApi::requireJson,
            bodies,
            BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES),
            this::cleanUp));
    routes.stream(API + "/stream", List.of(guard.require(Scope.READ), stream::open));
    routes.post(
        API + "/metrics",
        List.of(
            guard.require(Scope.INGEST),
            bodies,
            BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES).setPreallocateBodyBuffer(true),
            this::ingest));
    routes.mountRest();
    return routes;
  }

  private void read(Routes routes, String path, Function<Params, ObjectNode> read) {
    routes.get(
        API + path, List.of(guard.require(Scope.READ), context -> answer(context, database, read)));
  }

  /** Refuses paths with escapes that are none, which no route could read. */
  private static void checkPath(RoutingContext context) {
    try {
      URLDecoder.decode(String.valueOf(context.request().path()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the path cannot be read: " + e.getMessage());
    }
    context.next();
  }

  private static void secure(RoutingContext context) {
    context
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer");
    context.next();
  }

  /** Answers from a worker thread: of the database, or of reads that never wait for it. */
  private static void answer(
      RoutingContext context, WorkerExecutor workers, Function<Params, ObjectNode> read) {
    var params = new Params(context);
    respond(context, workers.executeBlocking(() -> read.apply(params).toString(), false));
  }

  private void approve(RoutingContext context) {
    byte[] bytes = bodyOf(context);
    answer(context, database, params -> catalogs.approve(params, bytes));
  }

  /** Pages elsewhere cannot send that type here without being asked whether they may. */
  static void requireJson(RoutingContext context) {
    String media = media(context);
    if (!media.equals("application/json")) {
      throw new Problem(415, "Content-Type must be application/json, is '%s'".formatted(media));
    }
    context.next();
  }

  private static byte[] bodyOf(RoutingContext context) {
    var body = context.body().buffer();
    return body == null ? new byte[0] : body.getBytes();
  }

  private void cleanUp(RoutingContext context) {
    byte[] bytes = bodyOf(context);
    var done = database.executeBlocking(() -> usage.cleanUp(bytes).toString(), false);
    long timer = vertx.setTimer(cleanUpPatience.toMillis(), late -> stillRunning(context, done));
    done.onComplete(
        ended -> {
          if (!vertx.cancelTimer(timer)) {
            logUnattended(ended.cause());
          }
        });
    respond(context, done);
  }

  private static void stillRunning(RoutingContext context, Future<@Nullable String> done) {
    if (!done.isComplete() && !context.response().ended()) {
      context.response().setStatusCode(202);
      json(context, StoredData.stillRunning());
    }
  }

  private static void logUnattended(@Nullable Throwable fault) {
    if (fault == null) {
      log.info("the clean-up that was asked for over HTTP is done");
    } else {
      log.warn("the clean-up that was asked for over HTTP failed: {}", fault.getMessage());
    }
  }

  private static String media(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT);
  }

  private void ingest(RoutingContext context) {
    String media = media(context);
    boolean ndjson = media.equals("application/x-ndjson") || media.equals("application/ndjson");
    if (!ndjson && !media.equals("application/json")) {
      throw new Problem(
          415,
          "Content-Type must be application/json or application/x-ndjson, is '%s'"
              .formatted(media));
    }
    var body = context.body().buffer();
    byte[] bytes = body == null ? new byte[0] : body.getBytes();
    String session = Params.parameter(context, "session");
    // No thread waits for the commit: a database that hangs holds up none but the senders.
    respond(
        context,
        intake
            .executeBlocking(() -> ingest.take(bytes, ndjson, session), false)
            .compose(taken -> onContext(requireNonNull(taken)))
            .map(ObjectNode::toString));
  }

  private void prometheus(RoutingContext context) {
    memory
        .executeBlocking(operations::scrape, false)
        .onSuccess(
            text ->
                context
                    .response()
                    .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(text))
        .onFailure(context::fail);
  }

  private <T> Future<T> onContext(CompletionStage<T> stage) {
    return Future.fromCompletionStage(stage, vertx.getOrCreateContext());
  }

  private static void execute(WorkerExecutor workers, Runnable task) {
    var ignored =
        workers.executeBlocking(
            () -> {
              task.run();
              return true;
            },
            false);
  }

  /** Answers who is known; others get to know whether, and nothing else. */
  private void ready(RoutingContext context) {
    boolean detailed = guard.allows(context, Scope.READ);
    respond(context, onContext(readiness.check()).map(fault -> ready(fault, detailed).toString()));
  }

  private ObjectNode ready(Optional<String> fault, boolean detailed) {
    var spool = mcp.timeSeries().spool();
    if (fault.isPresent()) {
      if (!detailed) {
        throw new Problem(503, "the database does not answer");
      }
      throw new Problem(
          503,
          "the database does not answer: " + fault.get(),
          spool
              .map(found -> Map.<String, JsonNode>of("spool", ApiJson.spool(found)))
              .orElse(Map.of()));
    }
    return detailed
        ? ApiDocs.ready(storage.name(), registry.size(), stream.clients(), spool)
        : ApiDocs.ready();
  }

  private static void json(RoutingContext context, ObjectNode json) {
    var ignored =
        context.response().putHeader("Content-Type", "application/json").end(json.toString());
  }

  private static void respond(RoutingContext context, Future<@Nullable String> body) {
    body.onSuccess(
            text -> {
              if (!context.response().ended()) {
                var ignored =
                    context
                        .response()
                        .putHeader("Content-Type", "application/json")
                        .putHeader("Cache-Control", "no-store")
                        .end(requireNonNull(text));
              }
            })
        .onFailure(
            fault -> {
              if (!context.response().ended()) {
                context.fail(fault);
              }
            });
  }

  private static @Nullable Throwable cause(@Nullable Throwable fault) {
    return fault instanceof CompletionException && fault.getCause() != null
        ? fault.getCause()
        : fault;
  }

  /** What was sent is checked where it is read; any other fault is ours. */
  static void failed(RoutingContext context) {
    var fault = cause(context.failure());
    if (fault instanceof Problem problem) {
      problem.send(context);
    } else if (fault instanceof McpRealtimeException known) {
      new Problem(503, String.valueOf(known.getMessage())).send(context);
    } else if (context.statusCode() == 413) {
      new Problem(
              413,
              "a body may hold at most %d bytes"
                  .formatted(BodyBudget.maxBody(context, MAX_BODY_BYTES)))
          .send(context);
    } else if (context.statusCode() >= 400 && (fault == null || context.statusCode() < 500)) {
      String detail = fault == null ? "the request cannot be answered" : fault.getMessage();
      new Problem(context.statusCode(), String.valueOf(detail)).send(context);
    } else {
      log.error("{} {} failed", context.request().method(), context.request().path(), fault);
      new Problem(500, "the request failed; the log says why").send(context);
    }
  }

  /** Ends connections and threads, within a bound. */
  @Override
  public void close() {
    subscription.close();
    try {
      if (server != null) {
        await(server.close(), STOP_BOUND);
      }
    } catch (McpRealtimeException e) {
      log.warn("the HTTP server did not close in order: {}", e.getMessage());
    }
    try {
      await(vertx.close(), STOP_BOUND);
    } catch (McpRealtimeException e) {
      log.warn("the HTTP server's threads did not end in order: {}", e.getMessage());
    }
  }

  private static <T> T await(Future<T> future, Duration bound) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new McpRealtimeException(String.valueOf(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new McpRealtimeException("no answer within %d ms".formatted(bound.toMillis()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpRealtimeException("interrupted", e);
    }
  }
}
