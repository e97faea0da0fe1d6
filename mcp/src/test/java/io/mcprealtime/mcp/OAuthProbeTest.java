package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mcprealtime.ManualTime;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.mcp.auth.ClientCredentials;
import io.mcprealtime.mcp.auth.ClientCredentials.Method;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Servers behind an authorization server, in good and bad weather; no secret is ever told. */
class OAuthProbeTest {
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final ManualTime time = ManualTime.startingAt("2026-05-01T10:00:00Z");
  private final AuthorizationServer authorization = new AuthorizationServer();
  private final McpProber prober =
      McpProber.builder().requestTimeout(Duration.ofSeconds(4)).timeSource(time).build();
  private final List<FakeHttpServer> servers = new ArrayList<>();
  private final List<ProbeResult> results = new ArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.mcprealtime");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
    logger.setLevel(Level.TRACE);
  }

  @AfterEach
  void nothingIsToldAndAllIsClosed() {
    logger.detachAppender(logged);
    logger.setLevel(null);
    prober.close();
    servers.forEach(FakeHttpServer::close);
    authorization.close();
    List<String> told = new ArrayList<>(results.stream().map(ProbeResult::toString).toList());
    for (ILoggingEvent event : logged.list) {
      told.add(event.getFormattedMessage());
      for (var cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
        told.add(String.valueOf(cause.getMessage()));
      }
    }
    assertThat(told)
        .allSatisfy(
            text ->
                assertThat(text)
                    .doesNotContain(AuthorizationServer.SECRET)
                    .doesNotContain(AuthorizationServer.BASIC)
                    .doesNotContain(AuthorizationServer.TOKEN)
                    .doesNotContain(AuthorizationServer.REFRESH));
  }

  private static ClientCredentials.Builder client() {
    return ClientCredentials.builder(AuthorizationServer.CLIENT, AuthorizationServer.SECRET);
  }

  private FakeHttpServer serve(FakeHttpServer.Handler handler) {
    FakeHttpServer server = authorization.protect(handler);
    servers.add(server);
    return server;
  }

  private TargetProbe open(FakeHttpServer server, ClientCredentials auth) {
    return prober.open(
        new Target.StreamableHttp(server.url(), Map.of(), auth, Set.of()), ProbeOptions.defaults());
  }

  private ProbeResult run(TargetProbe probe) throws Exception {
    ProbeResult result = probe.run().get(20, TimeUnit.SECONDS);
    results.add(result);
    return result;
  }

  private ProbeResult runWell(TargetProbe probe) throws Exception {
    ProbeResult result = run(probe);
    assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
    return result;
  }

  private static StageResult stage(ProbeResult result, ProbeStage stage) {
    return result.stages().stream().filter(one -> one.stage() == stage).findFirst().orElseThrow();
  }

  private static void requireRefused(ProbeResult result, String reason) {
    assertThat(result.reason()).contains(reason);
    assertThat(result.state()).isEqualTo(ServerState.AUTH_REQUIRED);
    assertThat(result.rule()).isEqualTo(StateRule.CREDENTIALS_REFUSED);
    assertThat(stage(result, ProbeStage.AUTHENTICATION).verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  void run_findsTheTokenEndpointByWhatTheServerTells() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    TargetProbe probe = open(server, client().build());
    ProbeResult result = runWell(probe);
    runWell(probe);
    assertThat(authorization.asked)
        .containsExactly(
            new AuthorizationServer.Asked(
                Map.of(
                    "grant_type",
                    "client_credentials",
                    "resource",
                    server.url().toString(),
                    "scope",
                    "a b"),
                "Basic " + AuthorizationServer.BASIC));
    assertThat(authorization.paths)
        .containsExactly(
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/token");
    assertThat(stage(result, ProbeStage.AUTHENTICATION).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(result.errorCount()).isZero();
    assertThat(result.expiries()).isEmpty();
  }

  @Test
  void run_challenge_saysWhereAndWhatFor() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.challenge =
        "resource_metadata=\"%s\", scope=\"c d\""
            .formatted(server.url().resolve("/.well-known/oauth-protected-resource"));
    runWell(open(server, client().build()));
    assertThat(authorization.asked.get(0).form()).containsEntry("scope", "c d");
    assertThat(server.methods()).startsWith("server/discover", "GET", "server/discover");
  }

  @Test
  void run_config_comesBeforeWhatIsTold() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    ClientCredentials auth =
        client()
            .tokenUrl(authorization.tokenUrl())
            .resource(URI.create("api://weather"))
            .scope("e")
            .method(Method.CLIENT_SECRET_POST)
            .build();
    runWell(open(server, auth));
    assertThat(authorization.asked)
        .containsExactly(
            new AuthorizationServer.Asked(
                Map.of(
                    "grant_type",
                    "client_credentials",
                    "resource",
                    "api://weather",
                    "scope",
                    "e",
                    "client_id",
                    AuthorizationServer.CLIENT,
                    "client_secret",
                    AuthorizationServer.SECRET),
                null));
    assertThat(server.methods()).startsWith("server/discover", "tools/list");
  }

  @Test
  void run_wrongSecret_isToldAndTriedOnceAMinute() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.accepting = false;
    TargetProbe probe = open(server, client().tokenUrl(authorization.tokenUrl()).build());
    for (int i = 0; i < 3; i++) {
      ProbeResult result = run(probe);
      requireRefused(
          result,
          "the token endpoint %s answers invalid_client: no client with '***'"
              .formatted(authorization.tokenUrl()));
      assertThat(stage(result, ProbeStage.REQUEST).verdict()).isEqualTo(Verdict.SKIPPED);
    }
    assertThat(authorization.asked).hasSize(1);
    assertThat(server.seen).isEmpty();
    authorization.accepting = true;
    time.advance(PAUSE);
    runWell(probe);
    assertThat(authorization.asked).hasSize(2);
  }

  @Test
  void run_tokenIsRenewedShortlyBeforeItsEnd() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    TargetProbe probe = open(server, client().tokenUrl(authorization.tokenUrl()).build());
    runWell(probe);
    time.advance(Duration.ofSeconds(3539));
    runWell(probe);
    assertThat(authorization.asked).hasSize(1);
    time.advance(Duration.ofSeconds(1));
    authorization.accepting = false;
    // There is time left for another try before the token ends.
    runWell(probe);
    runWell(probe);
    assertThat(authorization.asked).hasSize(2);
    authorization.accepting = true;
    time.advance(PAUSE);
    runWell(probe);
    assertThat(authorization.asked).hasSize(3);
  }

  @Test
  void run_shortLivedToken_hasASmallerMargin() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.expiresIn = 20;
    TargetProbe probe = open(server, client().tokenUrl(authorization.tokenUrl()).build());
    runWell(probe);
    time.advance(Duration.ofSeconds(17));
    runWell(probe);
    assertThat(authorization.asked).hasSize(1);
    time.advance(Duration.ofSeconds(1));
    runWell(probe);
    assertThat(authorization.asked).hasSize(2);
  }

  @Test
  void run_tokenWithoutAnEnd_isKeptUntilRefused() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.expiresIn = 0;
    TargetProbe probe = open(server, client().build());
    runWell(probe);
    time.advance(Duration.ofDays(30));
    runWell(probe);
    assertThat(authorization.asked).hasSize(1);
  }

  @Test
  void run_refusedInTheMiddle_getsANewTokenInTheSameRun() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::legacy);
    TargetProbe probe = open(server, client().build());
    runWell(probe);
    authorization.valid.clear();
    ProbeResult result = runWell(probe);
    assertThat(result.errorCount()).isZero();
    assertThat(authorization.asked).hasSize(2);
    assertThat(server.methods().stream().filter("initialize"::equals)).hasSize(1);
    probe.close();
    var farewell = server.seen.get(server.seen.size() - 1);
    assertThat(farewell.method()).isEqualTo("DELETE");
    assertThat(farewell.headers().getFirst("Authorization"))
        .isEqualTo("Bearer " + AuthorizationServer.TOKEN + 2);
  }

  @Test
  void run_newTokenRefusedToo_isToldAndTriedOnceAMinute() throws Exception {
    FakeHttpServer server =
        new FakeHttpServer(
            (exchange, seen) -> {
              exchange
                  .getResponseHeaders()
                  .set(
                      "WWW-Authenticate",
                      "Bearer error=\"invalid_token\", error_description=\"not %s\""
                          .formatted(exchange.getRequestHeaders().getFirst("Authorization")));
              FakeHttpServer.send(exchange, 401, "text/plain", "");
            });
    servers.add(server);
    TargetProbe probe = open(server, client().tokenUrl(authorization.tokenUrl()).build());
    for (int i = 0; i < 3; i++) {
      requireRefused(
          run(probe),
          ("HTTP 401: the server does not accept the token of the token endpoint %s,"
                  + " invalid_token: not Bearer ***; check auth.scope and auth.resource")
              .formatted(authorization.tokenUrl()));
    }
    assertThat(authorization.asked).hasSize(2);
    assertThat(server.seen).hasSize(4);
    time.advance(PAUSE);
    run(probe);
    assertThat(authorization.asked).hasSize(3);
  }

  @Test
  void run_forbidden_tellsWhatIsMissing() throws Exception {
    FakeHttpServer server =
        serve(
            (exchange, seen) -> {
              exchange
                  .getResponseHeaders()
                  .set("WWW-Authenticate", "Bearer error=insufficient_scope, scope=\"x\"");
              FakeHttpServer.send(exchange, 403, "text/plain", "");
            });
    requireRefused(run(open(server, client().build())), "insufficient_scope; check auth.scope");
    assertThat(authorization.asked).hasSize(1);
  }

  @Test
  void run_fiftyAtOnce_askOnce() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    CountDownLatch release = new CountDownLatch(1);
    List<TargetProbe> probes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ClientCredentials auth =
          client().tokenUrl(authorization.tokenUrl()).resource(URI.create("api://all")).build();
      URI url = server.url().resolve("/mcp/" + i);
      probes.add(
          prober.open(
              new Target.StreamableHttp(url, Map.of(), auth, Set.of()), ProbeOptions.defaults()));
    }
    authorization.endpoint =
        (exchange, seen) -> {
          try {
            release.await(10, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          authorization.valid.add("at-hidden-shared");
          FakeHttpServer.json(exchange, 200, "{\"access_token\":\"at-hidden-shared\"}");
        };
    List<CompletableFuture<ProbeResult>> running = probes.stream().map(TargetProbe::run).toList();
    release.countDown();
    for (CompletableFuture<ProbeResult> result : running) {
      ProbeResult found = result.get(20, TimeUnit.SECONDS);
      assertThat(found.state()).as(found.reason()).isEqualTo(ServerState.HEALTHY);
    }
    assertThat(authorization.asked).hasSize(1);
  }

  @Test
  void run_fiftyAtOnce_searchOnce() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    List<CompletableFuture<ProbeResult>> running = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      running.add(open(server, client().build()).run());
    }
    for (CompletableFuture<ProbeResult> result : running) {
      ProbeResult found = result.get(20, TimeUnit.SECONDS);
      assertThat(found.state()).as(found.reason()).isEqualTo(ServerState.HEALTHY);
    }
    assertThat(authorization.asked).hasSize(1);
    assertThat(authorization.paths).hasSize(3);
  }

  private static Arguments endpoint(String name, FakeHttpServer.Handler handler, String reason) {
    return Arguments.of(name, handler, reason);
  }

  private static FakeHttpServer.Handler answer(int status, String type, String body) {
    return (exchange, seen) -> FakeHttpServer.send(exchange, status, type, body);
  }

  static Stream<Arguments> badEndpoints() {
    return Stream.of(
        endpoint(
            "slow",
            (exchange, seen) -> {
              try {
                new CountDownLatch(1).await(15, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            " cannot be asked: no answer to the token request within 4 s"),
        endpoint(
            "html",
            answer(200, "text/html", "<html>at-hidden-0</html>"),
            " answers HTTP 200 with a web page; check the address"),
        endpoint(
            "huge",
            answer(200, "application/json", "{\"a\":\"" + "x".repeat(200_000) + "\"}"),
            " cannot be asked: the answer is larger than 65536 bytes"),
        endpoint(
            "elsewhere",
            (exchange, seen) -> {
              exchange.getResponseHeaders().set("Location", "http://localhost:1/token");
              FakeHttpServer.send(exchange, 307, "text/plain", "");
            },
            " answers HTTP 307, a redirect that is not followed; give the address that answers"),
        endpoint(
            "no json",
            answer(503, "text/plain", "at-hidden-0"),
            " answers HTTP 503 with no JSON object; check the address"),
        endpoint(
            "no token",
            answer(200, "application/json", "{\"token\":\"at-hidden-0\"}"),
            " answers HTTP 200 with JSON that holds no access_token; check the address"),
        endpoint(
            "other type",
            answer(200, "application/json", "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}"),
            " gives a token that is not of the type Bearer: DPoP"),
        endpoint(
            "unfit",
            answer(200, "application/json", "{\"access_token\":\"at-hidden-0\\r\\nX: y\"}"),
            " gives a token that no header can carry"),
        endpoint(
            "cut",
            (exchange, seen) -> {
              exchange.sendResponseHeaders(200, 100);
              exchange.getResponseBody().write('{');
            },
            " cannot be asked: 127.0.0.1:"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badEndpoints")
  void run_badTokenEndpoint_isTold(String name, FakeHttpServer.Handler handler, String reason)
      throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.endpoint = handler;
    TargetProbe probe = open(server, client().tokenUrl(authorization.tokenUrl()).build());
    requireRefused(run(probe), "the token endpoint " + authorization.tokenUrl() + reason);
  }

  @Test
  void run_noTokenEndpointThere_isTold() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    URI nowhere = URI.create("http://127.0.0.1:1/token?key=hidden-key");
    requireRefused(
        run(open(server, client().tokenUrl(nowhere).build())),
        "the token endpoint http://127.0.0.1:1/token cannot be asked: 127.0.0.1:1 refuses");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"issuer":"http://127.0.0.1:1","token_endpoint":"ISSUER/token"} | is of another issuer: http://127.0.0.1:1
          {"token_endpoint":"ISSUER/token"} | is of another issuer: it names none
          {"issuer":"ISSUER"} | names no token_endpoint like https://HOST/PATH: it names none
          {"issuer":"ISSUER","token_endpoint":"http://as.example/t"} | names no token_endpoint like https://HOST/PATH: http://as.example/t
          [] | answers HTTP 200 with no JSON object; check the address
          """)
  void run_badMetadata_isTold(String metadata, String reason) throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.metadata = metadata.replace("ISSUER", authorization.issuer());
    requireRefused(run(open(server, client().build())), reason);
    assertThat(authorization.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"resource":"http://127.0.0.1:1/mcp","authorization_servers":["ISSUER"]} | is not of this server; it names http://127.0.0.1:1/mcp
          {"authorization_servers":["ISSUER"]} | is not of this server; it names no resource
          {"resource":"SERVER"} | names no authorization server; give auth.tokenUrl
          {"resource":"SERVER","authorization_servers":["http://10.0.0.1"]} | names an authorization server that is not like https://HOST/PATH: http://10.0.0.1
          {"resource":"SERVER","authorization_servers":["ISSUER/other"]} | openid-configuration answers HTTP 404; give auth.tokenUrl
          """)
  void run_badResourceMetadata_isTold(String metadata, String reason) throws Exception {
    FakeHttpServer server =
        new FakeHttpServer(
            (exchange, seen) -> {
              boolean asksForMetadata = exchange.getRequestURI().getPath().startsWith("/.well");
              String host = "http://" + exchange.getRequestHeaders().getFirst("Host");
              FakeHttpServer.json(
                  exchange,
                  asksForMetadata ? 200 : 401,
                  metadata
                      .replace("ISSUER", authorization.issuer())
                      .replace("SERVER", host + "/mcp"));
            });
    servers.add(server);
    requireRefused(run(open(server, client().build())), reason);
    assertThat(authorization.asked).isEmpty();
  }

  @Test
  void run_metadataElsewhere_isNotLookedAt() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    authorization.challenge = "resource_metadata=\"http://169.254.169.254/latest\"";
    TargetProbe probe = open(server, client().build());
    requireRefused(
        run(probe),
        "the server's resource_metadata is not an address like https://HOST/PATH:"
            + " http://169.254.169.254/latest");
    requireRefused(run(probe), "resource_metadata");
    assertThat(server.seen).hasSize(1);
  }

  @Test
  void run_otherAuthorizationServerThanBefore_getsNoSecret() throws Exception {
    FakeHttpServer server = serve(FakeHttpServer::modern);
    TargetProbe probe = open(server, client().build());
    runWell(probe);
    authorization.accepting = false;
    authorization.valid.clear();
    requireRefused(run(probe), "invalid_client");
    try (AuthorizationServer other = new AuthorizationServer();
        FakeHttpServer metadata =
            new FakeHttpServer(
                (exchange, seen) ->
                    FakeHttpServer.json(
                        exchange,
                        200,
                        "{\"resource\":\"%s\",\"authorization_servers\":[\"%s\"]}"
                            .formatted(server.url(), other.issuer())))) {
      authorization.challenge = "resource_metadata=\"" + metadata.url() + "\"";
      time.advance(PAUSE);
      requireRefused(
          run(probe),
          "the server names another authorization server than before, to which the secret is not"
              + " sent; if that is right, give auth.tokenUrl: "
              + other.issuer());
      assertThat(other.asked).isEmpty();
    }
  }

  @Test
  void run_overSse() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    FakeHttpServer server =
        serve(
            (exchange, seen) -> {
              if (seen.method().equals("GET")) {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write("event: endpoint\ndata: /m\n\n".getBytes());
                exchange.getResponseBody().flush();
                try {
                  end.await(15, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              } else {
                FakeHttpServer.send(exchange, 500, "text/plain", "");
              }
            });
    ProbeResult result =
        run(
            prober.open(
                new Target.Sse(server.url(), Map.of(), client().build(), Set.of()),
                ProbeOptions.defaults()));
    end.countDown();
    // The stream was opened with the token, and the request over it was let in.
    assertThat(result.reason()).startsWith("HTTP 500");
    assertThat(authorization.asked).hasSize(1);
  }
}
