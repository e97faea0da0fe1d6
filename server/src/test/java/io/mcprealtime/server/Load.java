package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Sends samples over several connections at a steady rate. A batch is sent again until it is
 * acknowledged or the load ends; then it counts as sent only.
 */
final class Load implements AutoCloseable {
  private static final int SENDERS = 4;
  private static final int BATCH = 25;
  private static final int RATE = 1_000;
  private static final Duration RETRY = Duration.ofMillis(20);

  private final URI target;
  private final Instant start =
      Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(1));
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final ExecutorService senders = Executors.newFixedThreadPool(SENDERS);
  private final List<BitSet> acknowledged =
      IntStream.range(0, SENDERS).mapToObj(i -> new BitSet()).toList();
  private final int[] sent = new int[SENDERS];
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private volatile String lastRefusal = "";
  private volatile boolean ended;

  private Load(int port) {
    this.target = URI.create("http://127.0.0.1:%d/api/v1/metrics".formatted(port));
  }

  static Load start(int port) {
    var load = new Load(port);
    for (int i = 0; i < SENDERS; i++) {
      int sender = i;
      load.senders.execute(() -> load.send(sender));
    }
    return load;
  }

  /** Samples that were acknowledged so far. */
  long acknowledged() {
    return count.get();
  }

  /** Answers that said that nothing was kept. */
  long refusals() {
    return refusals.get();
  }

  String lastRefusal() {
    return lastRefusal;
  }

  private static ServerId server(int sender) {
    return ServerId.of("load-" + sender);
  }

  private void send(int sender) {
    long pause = Duration.ofSeconds(1).toNanos() * BATCH * SENDERS / RATE;
    try {
      for (int next = 0; !ended; next += BATCH) {
        long due = System.nanoTime() + pause;
        sent[sender] = next + BATCH;
        var body = body(sender, next);
        while (!isAcknowledged(body)) {
          if (ended) {
            return;
          }
          TimeUnit.NANOSECONDS.sleep(RETRY.toNanos());
        }
        acknowledged.get(sender).set(next, next + BATCH);
        count.addAndGet(BATCH);
        TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      // The test is over.
    }
  }

  private String body(int sender, int from) {
    var json = new StringBuilder();
    for (int i = from; i < from + BATCH; i++) {
      json.append(
          "{\"server\":\"%s\",\"at\":\"%s\",\"state\":\"HEALTHY\",\"responseTimeMs\":%d.5}%n"
              .formatted(server(sender), start.plusMillis(i), i % 90));
    }
    return json.toString();
  }

  private boolean isAcknowledged(String body) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(target)
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      var response = http.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        refusals.incrementAndGet();
        lastRefusal = response.body();
      }
      return response.statusCode() == 200;
    } catch (IOException e) {
      // Killed meanwhile: whether it was taken is not known, so it is sent again.
      return false;
    }
  }

  /** Sends no more; batches that are on their way end first. */
  void end() throws InterruptedException {
    ended = true;
    senders.shutdown();
    assertThat(senders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  /** Holds what was acknowledged against what is stored, key by key, and prints the counts. */
  void verify(String what, Storage storage) {
    var range = TimeRange.startingAt(start, Duration.ofDays(1));
    long sentCount = 0;
    long stored = 0;
    long lost = 0;
    long twice = 0;
    long unknown = 0;
    for (int sender = 0; sender < SENDERS; sender++) {
      var times = new HashMap<Integer, Integer>();
      storage
          .samples()
          .forEach(
              server(sender), range, (ServerMetrics s) -> times.merge(index(s), 1, Integer::sum));
      int most = sent[sender];
      sentCount += most;
      stored += times.size();
      twice += times.values().stream().filter(n -> n > 1).count();
      unknown += times.keySet().stream().filter(index -> index >= most).count();
      lost += acknowledged.get(sender).stream().filter(index -> !times.containsKey(index)).count();
    }
    System.out.printf(
        "%s: %d sent, %d acknowledged, %d stored, %d lost, %d twice, %d refusals%n",
        what, sentCount, acknowledged(), stored, lost, twice, refusals());
    assertThat(lost).as("lost").isZero();
    assertThat(twice).as("twice").isZero();
    assertThat(unknown).as("never sent").isZero();
    assertThat(stored).isBetween(acknowledged(), sentCount);
  }

  private int index(ServerMetrics sample) {
    return Math.toIntExact(Duration.between(start, sample.at()).toMillis());
  }

  @Override
  public void close() {
    ended = true;
    senders.shutdownNow();
  }
}
