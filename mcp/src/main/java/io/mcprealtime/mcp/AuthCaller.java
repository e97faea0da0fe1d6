package io.mcprealtime.mcp;

import io.mcprealtime.mcp.auth.AuthHttp;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The HTTP of authorization, over the client that all share and with its limits. */
final class AuthCaller implements AuthHttp {
  /** A token or a metadata document is a few KB. */
  private static final int MAX_BYTES = 64 * 1024;

  private final Engine engine;

  AuthCaller(Engine engine) {
    this.engine = engine;
  }

  @Override
  public CompletableFuture<Answer> exchange(Request request) {
    HttpCaller caller = HttpCaller.toAnyone(engine, request.url(), MAX_BYTES);
    HttpCaller.Call call =
        new HttpCaller.Call(
            request.form() == null ? "GET" : "POST",
            request.name(),
            request.url(),
            request.headers(),
            request.form(),
            engine.settings.timeouts().request(),
            ignored -> false);
    return caller
        .send(call)
        .thenApply(
            answer ->
                new Answer(
                    answer.status(),
                    new String(answer.body(), StandardCharsets.UTF_8),
                    HttpFaults.isHtml(answer)));
  }
}
