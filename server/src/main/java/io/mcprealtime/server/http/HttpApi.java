package io.mcprealtime.server.http;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.LiveFeed;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** The HTTP server: the API, live events, Prometheus and the dashboard. */
public final class HttpApi implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpApi.class);
  private static final String API = "/api/v1";
  private static final long MAX_BODY_BYTES = 10L << 20;
  private static final int WORKERS = 16;
  private static final int IDLE_SECONDS = 60;
  private static final long BOUND_SECONDS = 5;

  private final ServerConfig config;
  private final Guard guard;
  private final ServerRegistry registry;
  private final OperationMetrics operations;
  private final Reads reads;
  private final Ingest ingest;
  private final Storage storage;
  private final Vertx vertx;
  private final LiveStream stream;
  private final LiveFeed.Subscription subscription;
  private @Nullable HttpServer server;

  public HttpApi(
      ServerConfig config,
      McpRealtime mcp,
      Storage storage,
      ServerRegistry registry,
      OperationMetrics operations) {
    this.config = config;
    this.guard = new Guard(config);
    this.registry = registry;
    this.operations = operations;
    this.storage = storage;
    this.reads = new Reads(mcp, registry);
    this.ingest = new Ingest(mcp, registry);
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setWorkerPoolSize(WORKERS)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
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
      var started = await(vertx.createHttpServer(options).requestHandler(router()).listen());
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
    router.route().handler(guard::checkHost).handler(HttpApi::secure);
    mount(new Routes(router));
    return router;
  }

  /** Mounts everything that is answered. */
  Routes mount(Routes routes) {
    Dashboard.mount(routes);
    routes.get("/healthz", context -> json(context, ApiDocs.alive()));
    routes.get("/readyz", context -> answer(context, params -> ready()));
    routes.get("/openapi.json", context -> json(context, ApiDocs.openApi()));
    routes.get("/metrics", List.of(guard.require(Scope.READ), this::prometheus));
    read(routes, "/servers", reads::servers);
    read(routes, "/servers/:id", reads::server);
    read(routes, "/servers/:id/history", reads::history);
    read(routes, "/servers/:id/trend", reads::trend);
    read(routes, "/servers/:id/anomalies", reads::anomalies);
    read(routes, "/servers/:id/health-checks", reads::healthChecks);
    read(routes, "/metrics", reads::metrics);
    read(routes, "/metrics/:id", reads::metricsOfServer);
    read(routes, "/events", reads::events);
    read(routes, "/stats", reads::stats);
    read(routes, "/summary", reads::summary);
    routes.stream(API + "/stream", List.of(guard.require(Scope.READ), stream::open));
    routes.post(
        API + "/metrics",
        List.of(
            guard.require(Scope.INGEST),
            BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES),
            this::ingest));
    routes.mountRest();
    return routes;
  }

  private void read(Routes routes, String path, Function<Params, ObjectNode> read) {
    routes.get(API + path, List.of(guard.require(Scope.READ), context -> answer(context, read)));
  }

  private static void secure(RoutingContext context) {
    context
        .response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer");
    context.next();
  }

  /** Answers from a worker thread, because the database may be asked. */
  private void answer(RoutingContext context, Function<Params, ObjectNode> read) {
    var params = new Params(context);
    respond(context, vertx.executeBlocking(() -> read.apply(params).toString(), false));
  }

  private void ingest(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    String media =
        type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT);
    boolean ndjson = media.equals("application/x-ndjson") || media.equals("application/ndjson");
    if (!ndjson && !media.equals("application/json")) {
      throw new Problem(
          415,
          "Content-Type must be application/json or application/x-ndjson, is '%s'"
              .formatted(media));
    }
    var body = context.body().buffer();
    byte[] bytes = body == null ? new byte[0] : body.getBytes();
    String session = context.request().getParam("session");
    respond(
        context,
        vertx.executeBlocking(() -> ingest.take(bytes, ndjson, session).toString(), false));
  }

  private void prometheus(RoutingContext context) {
    vertx
        .executeBlocking(operations::scrape, false)
        .onSuccess(
            text ->
                context
                    .response()
                    .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(text))
        .onFailure(context::fail);
  }

  private ObjectNode ready() {
    try {
      storage.check();
    } catch (McpRealtimeException e) {
      throw new Problem(503, "the database does not answer: " + e.getMessage());
    }
    return ApiDocs.ready(storage.name(), registry.size(), stream.clients());
  }

  private static void json(RoutingContext context, ObjectNode json) {
    var ignored =
        context.response().putHeader("Content-Type", "application/json").end(json.toString());
  }

  private static void respond(RoutingContext context, Future<@Nullable String> body) {
    body.onSuccess(
            text ->
                context
                    .response()
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Cache-Control", "no-store")
                    .end(requireNonNull(text)))
        .onFailure(context::fail);
  }

  private static void failed(RoutingContext context) {
    var fault = context.failure();
    if (fault instanceof Problem problem) {
      problem.send(context);
    } else if (fault instanceof McpRealtimeException known) {
      new Problem(503, String.valueOf(known.getMessage())).send(context);
    } else if (fault instanceof IllegalArgumentException wrong) {
      Problem.badRequest(String.valueOf(wrong.getMessage())).send(context);
    } else if (context.statusCode() == 413) {
      new Problem(413, "a body may hold at most %d bytes".formatted(MAX_BODY_BYTES)).send(context);
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
        await(server.close());
      }
    } catch (McpRealtimeException e) {
      log.warn("the HTTP server did not close in order: {}", e.getMessage());
    }
    try {
      await(vertx.close());
    } catch (McpRealtimeException e) {
      log.warn("the HTTP server's threads did not end in order: {}", e.getMessage());
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(BOUND_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new McpRealtimeException(String.valueOf(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new McpRealtimeException("no answer within %d s".formatted(BOUND_SECONDS), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new McpRealtimeException("interrupted", e);
    }
  }
}
