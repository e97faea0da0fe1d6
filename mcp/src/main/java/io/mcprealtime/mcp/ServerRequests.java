package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
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
  private int asked;
  private int underWay;

  private record Answer(Message message, Duration timeout) {}

  ServerRequests(BiFunction<Message, Duration, CompletableFuture<Done>> post, Oddities oddities) {
    this.post = post;
    this.oddities = oddities;
  }

  /** A run of the probe begins, with a count of its own. */
  synchronized void beginRun() {
    asked = 0;
  }

  /** The channel closes: what still waits is dropped. */
  synchronized void close() {
    asked = MAX_PER_RUN;
    waiting.clear();
  }

  void answer(JsonNode request, Duration timeout) {
    synchronized (this) {
      if (asked >= MAX_PER_RUN || waiting.size() >= MAX_PER_RUN) {
        oddities.addAsking(
            "asks without end: more than %d requests of its own in one probe"
                .formatted(MAX_PER_RUN));
        return;
      }
      asked++;
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
