package io.mcprealtime.internal;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Lets many small writes share one commit. While one batch is being written the next gathers, so
 * that a lone write waits for nothing and a crowd of writes costs few commits. A write is done when
 * the batch that holds it is committed, and never before.
 *
 * <p>Where several batches may be in flight, a further one starts beside those that are being
 * written only when half of what a batch holds waits: small writes go on sharing commits, and much
 * data is made ready while other data is stored. Batches that are in flight together may end in any
 * order, and one fails without the others; so nothing is promised about the order of two writes of
 * which the second was submitted before the first was done. A write that is submitted after another
 * was done comes after it, however many may be in flight.
 */
public final class BatchWriter<T, R> implements AutoCloseable {
  /** A sink that takes so long to fail is away; one that fails sooner refuses what it was given. */
  private static final Duration OUTAGE = Duration.ofSeconds(1);

  private static final long NANOS_PER_MILLI = 1_000_000;

  private static final Duration STOP_BOUND = Duration.ofSeconds(5);

  /** How long a sink may take at the end where there is another place for what waits. */
  private static final Duration SHORT_STOP_BOUND = Duration.ofSeconds(1);

  private final Function<List<T>, R> sink;
  private final Function<List<T>, Optional<R>> lastResort;
  private final int maxBatch;
  private final int maxWaiting;
  private final List<Thread> threads;

  /** Guards what follows. */
  private final Deque<Submission<T, R>> waiting = new ArrayDeque<>();

  private final List<List<Submission<T, R>>> underWay = new ArrayList<>();
  private int waitingItems;
  private boolean closed;

  /**
   * @param name of its thread
   * @param sink writes a batch, all or none, or throws; what it returns goes to those who submitted
   * @param maxBatch items that a batch holds at the most, unless one submission is larger
   * @param maxWaiting items that wait at the most; more are refused
   */
  public BatchWriter(String name, Function<List<T>, R> sink, int maxBatch, int maxWaiting) {
    this(name, sink, items -> Optional.empty(), maxBatch, maxWaiting, 1);
  }

  /**
   * @param lastResort takes what the sink has not taken at the end, or says that it cannot by being
   *     empty; may be given what the sink takes a moment later
   * @param inFlight batches that the sink is given at the same time at the most, each by a thread
   *     of its own
   */
  public BatchWriter(
      String name,
      Function<List<T>, R> sink,
      Function<List<T>, Optional<R>> lastResort,
      int maxBatch,
      int maxWaiting,
      int inFlight) {
    this.sink = sink;
    this.lastResort = lastResort;
    this.maxBatch = maxBatch;
    this.maxWaiting = maxWaiting;
    this.threads =
        IntStream.rangeClosed(1, inFlight)
            .mapToObj(i -> new Thread(this::run, inFlight == 1 ? name : name + "-" + i))
            .toList();
    threads.forEach(thread -> thread.setDaemon(true));
  }

  public void start() {
    threads.forEach(Thread::start);
  }

  /**
   * Hands items over to be written.
   *
   * @return completes when they are taken with what the sink returned, or exceptionally with what
   *     it threw
   * @throws McpRealtimeException when too many items wait already, or after close
   */
  public CompletableFuture<R> submit(List<T> items) {
    var submission = new Submission<T, R>(items);
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
      try {
        write(batch);
      } finally {
        end(batch);
      }
    }
  }

  private void end(List<Submission<T, R>> batch) {
    synchronized (waiting) {
      underWay.removeIf(one -> one == batch);
      waiting.notifyAll();
    }
  }

  /** Whether a batch is to be written now; called with the lock held. */
  private boolean isDue() {
    return closed
        || (underWay.isEmpty() && !waiting.isEmpty())
        || waitingItems >= Math.max(1, maxBatch / 2);
  }

  private List<Submission<T, R>> next() {
    var batch = new ArrayList<Submission<T, R>>();
    synchronized (waiting) {
      while (!isDue()) {
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
      if (!batch.isEmpty()) {
        underWay.add(batch);
      }
    }
    return batch;
  }

  private static <T, R> List<T> items(List<Submission<T, R>> batch) {
    if (batch.size() == 1) {
      return batch.get(0).items;
    }
    var items = new ArrayList<T>(batch.stream().mapToInt(one -> one.items.size()).sum());
    batch.forEach(submission -> items.addAll(submission.items));
    return Collections.unmodifiableList(items);
  }

  private void write(List<Submission<T, R>> batch) {
    long start = System.nanoTime();
    try {
      var taken = sink.apply(items(batch));
      batch.forEach(submission -> submission.done.complete(taken));
    } catch (RuntimeException | Error e) {
      if (batch.size() > 1 && isRefusal(e, start)) {
        writeOneByOne(batch);
      } else {
        batch.forEach(submission -> submission.done.completeExceptionally(e));
      }
    }
  }

  /** Whether the sink refuses what it was given, rather than being away. */
  private static boolean isRefusal(Throwable fault, long startNanos) {
    return !(fault instanceof StorageUnavailableException)
        && System.nanoTime() - startNanos < OUTAGE.toNanos();
  }

  /** So that what one caller sent fails nobody else; an outage fails all that are left. */
  private void writeOneByOne(List<Submission<T, R>> batch) {
    for (int i = 0; i < batch.size(); i++) {
      long start = System.nanoTime();
      try {
        batch.get(i).done.complete(sink.apply(batch.get(i).items));
      } catch (RuntimeException | Error e) {
        int failed = isRefusal(e, start) ? i + 1 : batch.size();
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
    if (!join(SHORT_STOP_BOUND) && !handOver()) {
      join(STOP_BOUND.minus(SHORT_STOP_BOUND));
    }
    synchronized (waiting) {
      var lost =
          new McpRealtimeException("the writer was closed before these records were written");
      waiting.forEach(submission -> submission.done.completeExceptionally(lost));
      waiting.clear();
    }
  }

  /** Whether all threads ended within the bound. */
  private boolean join(Duration bound) {
    long until = System.nanoTime() + bound.toNanos();
    try {
      for (var thread : threads) {
        long millis = (until - System.nanoTime()) / NANOS_PER_MILLI;
        if (thread.isAlive() && millis > 0) {
          thread.join(millis);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /**
   * Gives the last resort what is under way and what waits.
   *
   * @return whether there is a last resort
   */
  private boolean handOver() {
    var left = new ArrayList<Submission<T, R>>();
    synchronized (waiting) {
      underWay.stream()
          .flatMap(List::stream)
          .filter(submission -> !submission.done.isDone())
          .forEach(left::add);
      left.addAll(waiting);
    }
    if (left.isEmpty()) {
      return false;
    }
    try {
      var taken = lastResort.apply(items(left));
      taken.ifPresent(result -> left.forEach(submission -> submission.done.complete(result)));
      if (taken.isPresent()) {
        synchronized (waiting) {
          waiting.removeAll(left);
        }
      }
      return taken.isPresent();
    } catch (RuntimeException | Error e) {
      left.forEach(submission -> submission.done.completeExceptionally(e));
      return true;
    }
  }

  private static final class Submission<T, R> {
    private final List<T> items;
    private final CompletableFuture<R> done = new CompletableFuture<>();

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
