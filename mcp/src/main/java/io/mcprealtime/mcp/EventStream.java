package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an event stream that stays open, one bounded event after the other. */
final class EventStream implements BodySubscriber<Done> {
  /** A stream may carry many answers, but not without end. */
  private static final int MAX_ANSWERS = 16;

  private final ResponseInfo info;
  private final int maxEventBytes;
  private final SseParser parser;
  private final CompletableFuture<Done> done = new CompletableFuture<>();
  private long bytes;
  private Flow.@Nullable Subscription subscription;

  EventStream(ResponseInfo info, int maxEventBytes, Consumer<SseParser.Event> sink) {
    this.info = info;
    this.maxEventBytes = maxEventBytes;
    this.parser = new SseParser(maxEventBytes, sink);
  }

  /** Whether the answer is an event stream that can be read as it comes. */
  static boolean isStream(ResponseInfo info) {
    return info.statusCode() / 100 == 2
        && AnswerBody.encoding(info) == null
        && HttpAnswer.contentType(info.headers()).equals("text/event-stream");
  }

  @Override
  public CompletionStage<Done> getBody() {
    return done;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        bytes += buffer.remaining();
        parser.feed(buffer);
      }
    } catch (CharacterCodingException e) {
      fail(new McpException(Kind.MALFORMED, "the event stream is not valid UTF-8", e));
      return;
    }
    if (parser.isTooLarge() || bytes > (long) MAX_ANSWERS * maxEventBytes) {
      fail(
          new McpException(
              Kind.TOO_LARGE,
              "the event stream (HTTP %d) is larger than all answers may be"
                  .formatted(info.statusCode())));
    } else if (subscription != null) {
      subscription.request(1);
    }
  }

  private void fail(McpException fault) {
    if (subscription != null) {
      subscription.cancel();
    }
    done.completeExceptionally(fault);
  }

  @Override
  public void onError(Throwable failure) {
    done.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    done.complete(Done.DONE);
  }
}
