package io.mcprealtime.internal;

import io.mcprealtime.McpRealtimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Lets many small writes share one commit. While one batch is being written the next gathers, so
 * that a lone write waits for nothing and a crowd of writes costs few commits. A write is done when
 * the batch that holds it is committed, and never before.
 */
public final class BatchWriter<T> implements AutoCloseable {
  /** A sink that takes so long to fail is away; one that fails sooner refuses what it was given. */
  private static final Duration OUTAGE = Duration.ofSeconds(1);

  private static final Duration STOP_BOUND = Duration.ofSeconds(5);

  private final Consumer<List<T>> sink;
  private final int maxBatch;
  private final int maxWaiting;
  private final Deque<Submission<T>> waiting = new ArrayDeque<>();
  private final Thread thread;
  private int waitingItems;
  private boolean closed;

  /**
   * @param name of its thread
   * @param sink writes a batch, all or none, or throws
   * @param maxBatch items that a batch holds at the most, unless one submission is larger
   * @param maxWaiting items that wait at the most; more are refused
   */
  public BatchWriter(String name, Consumer<List<T>> sink, int maxBatch, int maxWaiting) {
    this.sink = sink;
    this.maxBatch = maxBatch;
    this.maxWaiting = maxWaiting;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /**
   * Hands items over to be written.
   *
   * @return completes when they are committed, or exceptionally with what the sink threw
   * @throws McpRealtimeException when too many items wait already, or after close
   */
  public CompletableFuture<Void> submit(List<T> items) {
    var submission = new Submission<>(items);
    synchronized (waiting) {
      if (closed) {
        throw new McpRealtimeException("the writer is closed; nothing is written any more");
      }
      if (waitingItems > 0 && waitingItems + items.size() > maxWaiting) {
        throw new OverloadException(
            "%d records wait to be written and at most %d may: the database is slower than what comes in; send again later"
                .formatted(waitingItems, maxWaiting));
      }
      waiting.add(submission);
      waitingItems += items.size();
      waiting.notifyAll();
    }
    return submission.done;
  }

  private void run() {
    for (var batch = next(); !batch.isEmpty(); batch = next()) {
      write(batch);
    }
  }

  private List<Submission<T>> next() {
    var batch = new ArrayList<Submission<T>>();
    synchronized (waiting) {
      while (waiting.isEmpty() && !closed) {
        try {
          waiting.wait();
        } catch (InterruptedException e) {
          return batch;
        }
      }
      int size = 0;
      while (!waiting.isEmpty()
          && (batch.isEmpty() || size + waiting.getFirst().items.size() <= maxBatch)) {
        var submission = waiting.removeFirst();
        size += submission.items.size();
        batch.add(submission);
      }
      waitingItems -= size;
    }
    return batch;
  }

  private void write(List<Submission<T>> batch) {
    long start = System.nanoTime();
    try {
      sink.accept(batch.stream().flatMap(submission -> submission.items.stream()).toList());
      batch.forEach(submission -> submission.done.complete(null));
    } catch (RuntimeException | Error e) {
      boolean atOnce = System.nanoTime() - start < OUTAGE.toNanos();
      if (batch.size() > 1 && atOnce) {
        writeOneByOne(batch);
      } else {
        batch.forEach(submission -> submission.done.completeExceptionally(e));
      }
    }
  }

  /** So that what one caller sent fails nobody else; an outage fails all that are left. */
  private void writeOneByOne(List<Submission<T>> batch) {
    for (int i = 0; i < batch.size(); i++) {
      long start = System.nanoTime();
      try {
        sink.accept(batch.get(i).items);
        batch.get(i).done.complete(null);
      } catch (RuntimeException | Error e) {
        boolean atOnce = System.nanoTime() - start < OUTAGE.toNanos();
        int failed = atOnce ? i + 1 : batch.size();
        batch.subList(i, failed).forEach(submission -> submission.done.completeExceptionally(e));
        i = failed - 1;
      }
    }
  }

  /** Takes no more, writes what waits, and returns within a bound. */
  @Override
  public void close() {
    synchronized (waiting) {
      closed = true;
      waiting.notifyAll();
    }
    try {
      thread.join(STOP_BOUND.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (waiting) {
      var lost =
          new McpRealtimeException("the writer was closed before these records were written");
      waiting.forEach(submission -> submission.done.completeExceptionally(lost));
      waiting.clear();
    }
  }

  private static final class Submission<T> {
    private final List<T> items;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private Submission(List<T> items) {
      this.items = List.copyOf(items);
    }
  }

  /** More is handed over than can be written. */
  public static final class OverloadException extends McpRealtimeException {
    private static final long serialVersionUID = 1;

    OverloadException(String message) {
      super(message);
    }
  }
}
