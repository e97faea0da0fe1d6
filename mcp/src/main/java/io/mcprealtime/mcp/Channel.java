package io.mcprealtime.mcp;

import io.mcprealtime.mcp.Message.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Carries JSON-RPC messages to one server and back. Futures fail with {@link McpException}. */
interface Channel {
  /** Sends a request and waits for its answer: a result or a JSON-RPC error. */
  CompletableFuture<Reply> send(Message request, Duration timeout);

  /** Sends a message that has no answer. */
  CompletableFuture<Done> post(Message message, Duration timeout);

  /** What was odd about the server's messages so far, in words; none is a failure by itself. */
  List<String> oddities();

  boolean isHttp();

  /** Ends it; requests under way fail. */
  CompletableFuture<Done> close();
}
