package io.mcprealtime.mcp.auth;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP that authorization needs: bounded in time and size, without redirects to other origins.
 */
public interface AuthHttp {
  /**
   * Sends a request. The future fails with an {@link io.mcprealtime.McpRealtimeException} whose
   * message holds nothing of the other side's words.
   */
  CompletableFuture<Answer> exchange(Request request);

  /**
   * A request.
   *
   * @param name what it is, for messages
   * @param form the body of a POST; null for a GET
   */
  record Request(String name, URI url, Map<String, String> headers, @Nullable String form) {
    public Request {
      headers = Map.copyOf(headers);
    }

    /** Without headers and form, which hold secrets. */
    @Override
    public String toString() {
      return name + " " + AuthUrls.shown(url);
    }
  }

  /**
   * What came back.
   *
   * @param body the body as text; cut for an error
   * @param html whether it is a web page
   */
  record Answer(int status, String body, boolean html) {
    /** Without the body, which may hold a token. */
    @Override
    public String toString() {
      return "HTTP " + status;
    }
  }
}
