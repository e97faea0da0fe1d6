package io.mcprealtime.server.monitor;

import static java.util.Comparator.comparingLong;

import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every target its turns, on one thread, whatever their number.
 *
 * <p>Each target has a place of its own in the interval, drawn once and kept: turns do not bunch
 * and do not drift, however long a turn takes. After a pause of the whole process (a suspended
 * machine, a long collection) the turns that were missed are left out, and every target goes on at
 * its place: nobody gets a herd. Turns that cannot begin in time, as too many are under way, begin
 * as soon as they can; how late they were is measured.
 */
final class ProbeSchedule implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProbeSchedule.class);

  /** Who looks at the clock so much later than meant was paused. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How far back measured times reach, once or twice over. */
  static final Duration SPAN = Duration.ofMinutes(2);

  private final TimeSource time;
  private final long intervalNanos;
  private final LongSupplier random;
  private final Map<Lane, LaneState> lanes = new EnumMap<>(Lane.class);
  private final TreeSet<Slot> waiting =
      new TreeSet<>(comparingLong((Slot slot) -> slot.dueNanos).thenComparingLong(slot -> slot.id));
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicLong ids = new AtomicLong();
  private final RollingTimes lateness;
  private final LongAdder missed = new LongAdder();
  private final Thread thread = new Thread(this::loop, "mcp-schedule");

  /** When the clock was looked at last. */
  private long seenNanos;

  private boolean closed;

  /** Turns that share a bound on how many may be under way. */
  enum Lane {
    /** A request or some over the network, or to a process that runs. */
    ASKING,
    /** The first probe of a server elsewhere, which has to find out how it speaks. */
    MEETING,
    /** A process has to start first, which costs processor time. */
    STARTING
  }

  private static final class LaneState {
    private final int limit;
    private final Queue<Slot> queue = new ArrayDeque<>();
    private int running;

    private LaneState(int limit) {
      this.limit = limit;
    }
  }

  /** What has turns. */
  interface Turn {
    /** Where the next turn belongs. Called under the schedule's lock: it must not take another. */
    Lane lane();

    /** Begins a turn; must not block. {@link Slot#next} or {@link Slot#soon} ends it. */
    void run();
  }

  /**
   * @param limits how many turns of each lane may be under way
   * @param random gives a place for a target, any number
   */
  ProbeSchedule(
      TimeSource time, Duration interval, Map<Lane, Integer> limits, LongSupplier random) {
    this.time = time;
    this.intervalNanos = interval.toNanos();
    this.random = random;
    this.lateness = new RollingTimes(time, SPAN);
    this.seenNanos = time.nanoTime();
    for (var lane : Lane.values()) {
      lanes.put(lane, new LaneState(limits.getOrDefault(lane, Integer.MAX_VALUE)));
    }
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** One target's place in the schedule. */
  final class Slot {
    private final long id = ids.incrementAndGet();
    private final Turn turn;
    private final long place = Math.floorMod(random.getAsLong(), intervalNanos);
    private Lane lane = Lane.ASKING;
    private long dueNanos;
    private boolean running;
    private boolean ended;

    private Slot(Turn turn) {
      this.turn = turn;
    }

    /** The turn is over; the next comes at the slot's place, so many intervals on. */
    void next(int intervals) {
      long now = time.nanoTime();
      reschedule(atPlace(now) + (intervals - 1) * intervalNanos);
    }

    /** The turn is over; the next comes after that time, or before at its place. */
    void soon(Duration delay) {
      long now = time.nanoTime();
      reschedule(Math.min(now + delay.toNanos(), atPlace(now)));
    }

    /** A turn that waits for its time comes earlier: after that time. */
    void hasten(Duration delay) {
      lock.lock();
      try {
        long due = time.nanoTime() + delay.toNanos();
        if (waiting.contains(this) && due < dueNanos) {
          waiting.remove(this);
          dueNanos = due;
          waiting.add(this);
          changed.signal();
        }
      } finally {
        lock.unlock();
      }
    }

    /** No more turns. One that is under way goes on. */
    void end() {
      lock.lock();
      try {
        ended = true;
        waiting.remove(this);
        lanes.values().forEach(state -> state.queue.remove(this));
        release();
      } finally {
        lock.unlock();
      }
    }

    private void reschedule(long due) {
      lock.lock();
      try {
        release();
        if (!ended && !closed) {
          waiting.remove(this);
          dueNanos = due;
          waiting.add(this);
        }
        changed.signal();
      } finally {
        lock.unlock();
      }
    }

    private void release() {
      if (running) {
        running = false;
        state(lane).running--;
        changed.signal();
      }
    }

    /** The next moment that is the slot's. */
    private long atPlace(long now) {
      return now + intervalNanos - Math.floorMod(now - place, intervalNanos);
    }
  }

  private LaneState state(Lane lane) {
    var state = lanes.get(lane);
    if (state == null) {
      throw new IllegalStateException("no lane " + lane);
    }
    return state;
  }

  /** Gives turns to a target, the first after that time. */
  Slot add(Turn turn, Duration delay) {
    var slot = new Slot(turn);
    slot.reschedule(time.nanoTime() + delay.toNanos());
    return slot;
  }

  /** How it does; the overhead of requests is somebody else's to know. */
  ProbingStatus status(RollingTimes.Summary overhead) {
    lock.lock();
    try {
      int running = lanes.values().stream().mapToInt(state -> state.running).sum();
      int queued = lanes.values().stream().mapToInt(state -> state.queue.size()).sum();
      return new ProbingStatus(
          waiting.size() + running + queued,
          running,
          queued,
          missed.sum(),
          lateness.summary(),
          overhead);
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (true) {
      try {
        runDue();
        if (!sleep()) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      } catch (Throwable e) {
        // An Error too: without this thread no server is probed, and nobody would know.
        log.error("the schedule of probes failed, and goes on", e);
      }
    }
  }

  /** Waits until the next turn is due; tells whether there will be one. */
  private boolean sleep() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && next() == null) {
        long now = time.nanoTime();
        long until = waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().dueNanos;
        if (until <= now) {
          break;
        }
        if (until == Long.MAX_VALUE) {
          changed.await();
        } else {
          changed.await(until - now, TimeUnit.NANOSECONDS);
        }
        if (time.nanoTime() >= until) {
          break;
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Begins every turn that is due and may begin. */
  void runDue() {
    admit(time.nanoTime());
    for (var slot = begin(); slot != null; slot = begin()) {
      try {
        slot.turn.run();
      } catch (Throwable e) {
        log.warn("a turn failed", e);
        slot.next(1);
      }
    }
  }

  private void admit(long now) {
    lock.lock();
    try {
      boolean paused = isPaused(now);
      seenNanos = now;
      while (!waiting.isEmpty() && waiting.first().dueNanos <= now) {
        var slot = waiting.first();
        waiting.remove(slot);
        if (paused && now - slot.dueNanos > PAUSE.toNanos()) {
          missed.add(1 + (now - slot.dueNanos) / intervalNanos);
          slot.dueNanos = slot.atPlace(now);
          waiting.add(slot);
        } else {
          slot.lane = slot.turn.lane();
          state(slot.lane).queue.add(slot);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the thread did not get to look when it meant to: asleep, or busy with a turn. */
  private boolean isPaused(long now) {
    return !waiting.isEmpty()
        && now - Math.max(waiting.first().dueNanos, seenNanos) > PAUSE.toNanos();
  }

  private @Nullable Slot begin() {
    lock.lock();
    try {
      var slot = next();
      if (slot != null) {
        seenNanos = time.nanoTime();
        var state = state(slot.lane);
        state.queue.remove();
        state.running++;
        slot.running = true;
        if (slot.lane == Lane.ASKING) {
          // The others wait for each other on purpose; how many do is told.
          lateness.record(Duration.ofNanos(seenNanos - slot.dueNanos));
        }
      }
      return slot;
    } finally {
      lock.unlock();
    }
  }

  /** The first turn that is due and may begin. */
  private @Nullable Slot next() {
    for (var state : lanes.values()) {
      if (state.running < state.limit && !state.queue.isEmpty()) {
        return state.queue.peek();
      }
    }
    return null;
  }

  /** No turn begins any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      lanes.values().forEach(state -> state.queue.clear());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
