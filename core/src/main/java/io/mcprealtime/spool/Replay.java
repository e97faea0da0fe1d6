package io.mcprealtime.spool;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.storage.StorageUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what waits in the spool, oldest first, and tries again while the storage takes nothing.
 *
 * <p>The frames of a kind keep their order; those of different kinds may pass each other, so that
 * many small frames become few commits. While the last frames of a kind are stored, writes of that
 * kind wait: otherwise a steady stream of them would keep the spool in use for ever.
 */
final class Replay implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Replay.class);

  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration MAX_DELAY = Duration.ofSeconds(30);
  private static final double JITTER = 0.2;
  private static final Duration STOP_BOUND = Duration.ofMillis(500);

  /** Records that one commit takes, of a storage that is quick enough. */
  private static final int MAX_RECORDS = 10_000;

  private static final int MIN_RECORDS = 10;

  private final WritePath path;
  private final Spool spool;
  private final Runnable prepare;
  private final Object signal = new Object();
  private final Thread thread = new Thread(this::run, "mcp-replay");
  private Duration delay = FIRST_DELAY;
  private boolean failing;

  /** Records that the next commit takes: a storage too slow for many may take few in time. */
  private int step = MAX_RECORDS;

  /** Guarded by the signal. */
  private boolean hurry;

  private volatile boolean closed;

  Replay(WritePath path, Spool spool, Runnable prepare) {
    this.path = path;
    this.spool = spool;
    this.prepare = prepare;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** There may be something to do. */
  void wake() {
    synchronized (signal) {
      signal.notifyAll();
    }
  }

  /** Ends a pause between two attempts. */
  void retryNow() {
    synchronized (signal) {
      hurry = true;
      signal.notifyAll();
    }
  }

  private void run() {
    try {
      while (!closed) {
        awaitWork();
        if (path.isAway()) {
          pause();
        }
        if (!closed) {
          attempt();
        }
      }
    } catch (InterruptedException e) {
      log.debug("the replay was interrupted");
    }
  }

  private void awaitWork() throws InterruptedException {
    // Not without a bound, as the spool is filled outside of this lock; an attempt without work is
    // cheap.
    long until = System.nanoTime() + FIRST_DELAY.toNanos();
    synchronized (signal) {
      for (long left = until - System.nanoTime();
          left > 0 && !closed && spool.isEmpty() && !path.isAway();
          left = until - System.nanoTime()) {
        signal.wait(left / 1_000_000 + 1);
      }
    }
  }

  private void pause() throws InterruptedException {
    double factor = 1 + JITTER * (ThreadLocalRandom.current().nextDouble() - 0.5);
    long until = System.nanoTime() + Math.round(delay.toNanos() * factor);
    synchronized (signal) {
      for (long left = until - System.nanoTime();
          left > 0 && !closed && !hurry;
          left = until - System.nanoTime()) {
        signal.wait(left / 1_000_000 + 1);
      }
      hurry = false;
    }
  }

  private void attempt() throws InterruptedException {
    try {
      if (!path.isPrepared()) {
        prepare.run();
        path.prepared();
      }
      if (path.isAway()) {
        // Also before records are sent: one that is not there says nothing about their number.
        path.storage().check();
        if (spool.isEmpty()) {
          path.answered();
        }
      }
      drain();
      path.settle();
      path.runReturned();
      failing = false;
      delay = FIRST_DELAY;
    } catch (StorageUnavailableException e) {
      path.begin(e);
      slowDown();
    } catch (RuntimeException | IOException | Error e) {
      // An Error too: a replay that ended with it would never be missed.
      if (!closed && !failing) {
        log.warn("the spool could not be stored and is tried again: {}", words(e));
        log.debug("the replay failed", e);
      }
      failing = true;
      pause();
      slowDown();
    }
  }

  private static String words(Throwable e) {
    return e instanceof McpRealtimeException ? String.valueOf(e.getMessage()) : e.toString();
  }

  private void slowDown() {
    delay = delay.multipliedBy(2).compareTo(MAX_DELAY) > 0 ? MAX_DELAY : delay.multipliedBy(2);
  }

  private void drain() throws IOException {
    while (!closed) {
      var kind = spool.oldestKind();
      if (kind.isEmpty()) {
        return;
      }
      storeOldest(kind.get());
    }
  }

  private <T> void storeOldest(RecordKind<T> kind) throws IOException {
    var frames = spool.oldest(kind, step);
    boolean manySteps = frames.stream().mapToInt(Frame::records).sum() > step;
    if (manySteps || frames.size() < spool.frames(kind)) {
      // Writes must not wait for many commits of a slow storage.
      store(kind, frames);
      return;
    }
    var gate = path.gate(kind).writeLock();
    gate.lock();
    try {
      store(kind, spool.oldest(kind, step));
    } finally {
      gate.unlock();
    }
  }

  private <T> void store(RecordKind<T> kind, List<Frame> frames) throws IOException {
    var refused = new Refused(new ArrayList<>(), new ArrayList<>());
    var records = new ArrayList<T>();
    for (var frame : frames) {
      read(kind, frame, records, refused);
    }
    storeInSteps(kind, records, refused);
    if (!refused.lines.isEmpty()) {
      reject(kind, frames, refused);
    }
    spool.remove(kind, frames);
    path.drained(spool);
    path.proven();
  }

  /** Records that cannot be stored, as lines of JSON, and why. */
  private record Refused(List<String> lines, List<String> reasons) {
    void add(String line, RuntimeException reason) {
      lines.add(line);
      reasons.add(words(reason));
    }
  }

  private <T> void read(RecordKind<T> kind, Frame frame, List<T> records, Refused refused) {
    List<String> lines;
    try {
      lines = Spool.lines(frame);
    } catch (IOException | RuntimeException e) {
      keepAside(kind, frame, e);
      return;
    }
    for (var line : lines) {
      try {
        records.add(kind.read(line));
      } catch (RuntimeException e) {
        refused.add(line, e);
      }
    }
  }

  private void keepAside(RecordKind<?> kind, Frame frame, Exception reason) {
    try {
      var aside = Spool.keepAside(frame);
      path.damaged(
          "%s: its %d records of %s are kept in %s"
              .formatted(reason.getMessage(), frame.records(), kind.label(), aside));
    } catch (IOException | RuntimeException e) {
      stepOver(kind, List.of(frame), frame.records(), e);
    }
  }

  private void reject(RecordKind<?> kind, List<Frame> frames, Refused refused) {
    try {
      var file = Spool.reject(kind, frames.get(0), refused.lines);
      path.rejected(kind, refused.lines.size(), file, refused.reasons.get(0));
    } catch (IOException | RuntimeException e) {
      stepOver(kind, frames, refused.lines.size(), e);
    }
  }

  /**
   * What can be neither stored nor kept aside stays where it is, and keeps nothing else waiting.
   */
  private void stepOver(RecordKind<?> kind, List<Frame> frames, int records, Exception reason) {
    var files = spool.keepFiles(frames);
    if (!files.isEmpty()) {
      path.damaged(
          "%d records of %s can be neither stored nor kept aside; they stay in %s, with others it may be, until a start of the monitor reads them again: %s"
              .formatted(records, kind.label(), files, reason));
    }
  }

  /** A frame may hold more than one step. What is stored again after a failure adds nothing. */
  private <T> void storeInSteps(RecordKind<T> kind, List<T> records, Refused refused) {
    try {
      for (int from = 0; from < records.size(); from += step) {
        int to = Math.min(records.size(), from + step);
        storeOrHalve(kind, records.subList(from, to), refused);
      }
    } catch (StorageUnavailableException e) {
      step = Math.max(MIN_RECORDS, Math.min(step, records.size()) / 2);
      throw e;
    }
    // Not twice as many: every second commit of a slow storage would be in vain.
    step = Math.min(MAX_RECORDS, step + Math.max(MIN_RECORDS, step / 4));
    delay = FIRST_DELAY;
  }

  /** So that a record that the storage refuses takes no others with it. */
  private <T> void storeOrHalve(RecordKind<T> kind, List<T> records, Refused refused) {
    if (records.isEmpty()) {
      return;
    }
    try {
      path.store(kind, records);
    } catch (StorageUnavailableException e) {
      throw e;
    } catch (RuntimeException e) {
      if (closed) {
        // Says nothing about the records: the storage is closing too.
        throw e;
      }
      if (records.size() == 1) {
        refused.add(kind.write(records.get(0)), e);
        return;
      }
      int middle = records.size() / 2;
      storeOrHalve(kind, records.subList(0, middle), refused);
      storeOrHalve(kind, records.subList(middle, records.size()), refused);
    }
  }

  /** Ends it within a bound. A call that hangs in the storage is left to end by itself. */
  @Override
  public void close() {
    closed = true;
    wake();
    try {
      thread.join(STOP_BOUND.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
