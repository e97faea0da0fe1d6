package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads an HTTP answer, JSON or event stream, and never more of it than the limit. The answer is
 * complete as soon as the message that was waited for has come, even when the stream goes on.
 */
final class AnswerBody implements BodySubscriber<Done> {
  /** An error's body is only quoted; its start will do. */
  private static final int MAX_ERROR_BYTES = 16 * 1024;

  /** What may follow the answer in a stream that then ends, so that its connection can be kept. */
  private static final int MAX_TRAILER_BYTES = 4 * 1024;

  private final ResponseInfo info;
  private final int maxBytes;
  private final Predicate<JsonNode> isAwaited;
  private final CompletableFuture<HttpAnswer> answer;
  private final CompletableFuture<Done> done = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final @Nullable SseParser events;
  private long bytes;
  private long trailerBytes;
  private int eventCount;
  private Flow.@Nullable Subscription subscription;

  AnswerBody(
      ResponseInfo info,
      int maxBytes,
      Predicate<JsonNode> isAwaited,
      CompletableFuture<HttpAnswer> answer) {
    this.info = info;
    this.maxBytes = maxBytes;
    this.isAwaited = isAwaited;
    this.answer = answer;
    boolean stream =
        info.statusCode() / 100 == 2
            && HttpAnswer.contentType(info.headers()).equals("text/event-stream");
    this.events = stream ? new SseParser(maxBytes, this::onEvent) : null;
  }

  /** How the body is encoded although that was not asked for; null when it is not. */
  static @Nullable String encoding(ResponseInfo info) {
    String encoding = info.headers().firstValue("Content-Encoding").orElse("identity");
    return encoding.equalsIgnoreCase("identity") || encoding.isBlank() ? null : encoding;
  }

  @Override
  public CompletionStage<Done> getBody() {
    return done;
  }

  /** How far it came, for the message about a time-out. */
  String progress() {
    return events == null
        ? "HTTP %d and %d bytes came, then nothing".formatted(info.statusCode(), bytes)
        : "HTTP %d and an event stream came with %d events and %d bytes, none the answer"
            .formatted(info.statusCode(), eventCount, bytes);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    String encoding = encoding(info);
    if (encoding != null) {
      fail(
          new McpException(
              Kind.ENCODED,
              "the answer is encoded as '%s', which was not asked for: switch compression off"
                  .formatted(encoding.replaceAll("\\p{Cntrl}", " "))));
      return;
    }
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (done.isDone()) {
      return;
    }
    try {
      for (ByteBuffer buffer : buffers) {
        take(buffer);
      }
    } catch (CharacterCodingException e) {
      fail(new McpException(Kind.MALFORMED, "the event stream is not valid UTF-8", e));
    }
    if (!done.isDone() && subscription != null) {
      subscription.request(1);
    }
  }

  private void take(ByteBuffer buffer) throws CharacterCodingException {
    bytes += buffer.remaining();
    if (events == null) {
      takeBody(buffer);
      return;
    }
    if (answer.isDone()) {
      trailerBytes += buffer.remaining();
      if (trailerBytes > MAX_TRAILER_BYTES) {
        finish();
      }
      return;
    }
    events.feed(buffer);
    if (!answer.isDone() && (bytes > maxBytes || events.isTooLarge())) {
      fail(
          new McpException(
              Kind.TOO_LARGE,
              "the event stream goes on after %s without the answer"
                  .formatted(Texts.bytes(maxBytes))));
    }
  }

  private void takeBody(ByteBuffer buffer) {
    boolean error = info.statusCode() / 100 != 2;
    int limit = error ? Math.min(MAX_ERROR_BYTES, maxBytes) : maxBytes;
    byte[] chunk = new byte[Math.min(buffer.remaining(), Math.max(0, limit - body.size()))];
    buffer.get(chunk);
    body.writeBytes(chunk);
    if (buffer.hasRemaining() && error) {
      answer.complete(answer(null));
      finish();
    } else if (buffer.hasRemaining()) {
      fail(new McpException(Kind.TOO_LARGE, "the answer is larger than " + Texts.bytes(maxBytes)));
    }
  }

  private void onEvent(SseParser.Event event) {
    eventCount++;
    if (answer.isDone() || event.data().isBlank() || !event.type().equals("message")) {
      return;
    }
    JsonNode message;
    try {
      message = Json.parse(event.data());
    } catch (JacksonException e) {
      fail(new McpException(Kind.MALFORMED, "an event of the answer holds broken JSON", e));
      return;
    }
    for (JsonNode part : message.isArray() ? message.values() : List.of(message)) {
      if (isAwaited.test(part)) {
        answer.complete(answer(part));
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(failure);
    done.complete(Done.DONE);
  }

  @Override
  public void onComplete() {
    HttpAnswer whole = answer(null);
    // The body first: what hangs on the answer may take its time, and the connection is free now.
    done.complete(Done.DONE);
    answer.complete(
        events == null ? whole : whole.droppedAt(events.lastId(), events.retryMillis()));
  }

  boolean isDone() {
    return done.isDone();
  }

  /** Stops reading a stream that stays open after its answer. */
  void cut() {
    if (!done.isDone()) {
      finish();
    }
  }

  private HttpAnswer answer(@Nullable JsonNode message) {
    return new HttpAnswer(info.statusCode(), info.headers(), body.toByteArray(), message);
  }

  private void fail(McpException fault) {
    answer.completeExceptionally(fault);
    finish();
  }

  private void finish() {
    if (subscription != null) {
      subscription.cancel();
    }
    done.complete(Done.DONE);
  }
}
