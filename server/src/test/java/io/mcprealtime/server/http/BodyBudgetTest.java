package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
  private final Vertx vertx = Vertx.vertx();
  private final BodyBudget budget = new BodyBudget(10, 15);
  private int port;

  @BeforeEach
  void start() throws Exception {
    var router = Router.router(vertx);
    router.route().failureHandler(context -> ((Problem) context.failure()).send(context));
    router.post("/").handler(budget);
    router.post("/").handler(BodyHandler.create(false));
    router.post("/").handler(context -> context.end("taken"));
    port =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Socket begin(String head, String body) throws IOException {
    var socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    String request = "POST / HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n\r\n" + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String status(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return new String(in.readNBytes(12), StandardCharsets.US_ASCII);
  }

  @Test
  void bodies_overTheBudget_areRefusedUntilThereIsRoom() throws Exception {
    try (var slow = begin("Content-Length: 9", "1234")) {
      await().until(() -> budget.inFlight() == 9);
      try (var second = begin("Content-Length: 8", "12345678")) {
        assertThat(status(second)).isEqualTo("HTTP/1.1 429");
      }
      slow.getOutputStream().write("56789".getBytes(StandardCharsets.US_ASCII));
      assertThat(status(slow)).isEqualTo("HTTP/1.1 200");
    }
    await().until(() -> budget.inFlight() == 0);
    try (var third = begin("Content-Length: 8", "12345678")) {
      assertThat(status(third)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void body_ofUnknownLength_countsAsTheLongest_andAnAbortGivesItBack() throws Exception {
    var chunked = begin("Transfer-Encoding: chunked", "2\r\nab\r\n");
    await().until(() -> budget.inFlight() == 10);
    chunked.close();
    await().until(() -> budget.inFlight() == 0);
  }

  @Test
  void body_thatIsTooLong_isRefusedBeforeItIsRead() throws Exception {
    try (var huge = begin("Content-Length: 11", "")) {
      assertThat(status(huge)).isEqualTo("HTTP/1.1 413");
    }
    assertThat(budget.inFlight()).isZero();
  }
}
