package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Answers a server's own requests, within bounds: a server may ask without end, and never read what
 * it gets. What is over a bound is not answered and counts as odd.
 */
final class ServerRequests {
  static final int MAX_PER_RUN = 100;
  static final int MAX_UNDER_WAY = 4;
  static final int MAX_ANSWER_CHARS = 4 * 1024;

  private final BiFunction<Message, Duration, CompletableFuture<Done>> post;
  private final Oddities oddities;
  private final Queue<Answer> waiting = new ArrayDeque<>();
  private final AtomicInteger asked;
  private int underWay;
  private boolean closed;

  private record Answer(Message message, Duration timeout) {}

  /**
   * @param asked how many requests came in this run, over whatever channels
   */
  ServerRequests(
      BiFunction<Message, Duration, CompletableFuture<Done>> post,
      Oddities oddities,
      AtomicInteger asked) {
    this.post = post;
    this.oddities = oddities;
    this.asked = asked;
  }

  /** The channel closes: what still waits is dropped. */
  synchronized void close() {
    closed = true;
    waiting.clear();
  }

  void answer(JsonNode request, Duration timeout) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (asked.incrementAndGet() > MAX_PER_RUN || waiting.size() >= MAX_PER_RUN) {
        oddities.addAsking(
            "asks without end: more than %d requests of its own in one probe"
                .formatted(MAX_PER_RUN));
        return;
      }
      Message message = Message.answerTo(request, Map.of());
      if (message.body().toString().length() > MAX_ANSWER_CHARS) {
        oddities.addAsking(
            "sends a request whose answer would be longer than %d characters"
                .formatted(MAX_ANSWER_CHARS));
        return;
      }
      waiting.add(new Answer(message, timeout));
    }
    sendNext();
  }

  private void sendNext() {
    Answer next = take();
    if (next != null) {
      CompletableFuture<Done> sent = post.apply(next.message, next.timeout);
      Futures.ignore(sent);
      Futures.whenDone(
          sent,
          (done, failure) -> {
            giveBack();
            sendNext();
          });
    }
  }

  private synchronized @Nullable Answer take() {
    Answer next = underWay < MAX_UNDER_WAY ? waiting.poll() : null;
    if (next != null) {
      underWay++;
    }
    return next;
  }

  private synchronized void giveBack() {
    underWay--;
  }
}
