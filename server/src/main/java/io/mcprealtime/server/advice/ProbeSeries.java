package io.mcprealtime.server.advice;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.mcp.Operation;
import io.mcprealtime.mcp.ProbeResult;
import java.time.Instant;
import java.util.Arrays;
import java.util.OptionalLong;

/** How long the requests of a server's latest probes took, in few bytes. Thread-safe. */
final class ProbeSeries {
  static final ProbeSeries NONE = new ProbeSeries();

  /** Three hours of probes every 15 s. */
  static final int KEPT = 720;

  private static final int FIRST_SIZE = 32;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final String TIMEOUT = "timeout";

  /** Instants in seconds. Grows up to the number that is kept, and is a ring then. */
  private int[] at = new int[FIRST_SIZE];

  /** The slowest answer of each probe, without first requests and tool calls; NaN without one. */
  private float[] slowest = new float[FIRST_SIZE];

  /** All of them together. */
  private float[] later = new float[FIRST_SIZE];

  /** The first request of a session; NaN without one. */
  private float[] first = new float[FIRST_SIZE];

  /** How long a request without an answer was waited for, no tool call; NaN without one. */
  private float[] hung = new float[FIRST_SIZE];

  /** The longest request that succeeded, of any kind but starts of processes; NaN without one. */
  private float[] longest = new float[FIRST_SIZE];

  /** Whether any request timed out, tool calls too, starts of processes not. */
  private boolean[] late = new boolean[FIRST_SIZE];

  private int size;
  private int next;
  private long toolBytes = -1;

  /**
   * Takes a probe.
   *
   * @param startsProcess whether the first request of a session waits for a process to start, which
   *     has a time-out of its own
   */
  synchronized void add(ProbeResult result, boolean startsProcess) {
    if (size == at.length && size < KEPT) {
      grow(Math.min(KEPT, size * 2));
    }
    at[next] = (int) result.at().getEpochSecond();
    float slow = Float.NaN;
    float most = Float.NaN;
    boolean cut = false;
    float sum = 0;
    float begun = Float.NaN;
    float waited = Float.NaN;
    for (var operation : result.operations()) {
      float millis = (float) (operation.duration().toNanos() / NANOS_PER_MILLI);
      boolean start = operation.first() && startsProcess;
      if (operation.succeeded() && !start) {
        most = max(most, millis);
      }
      if (TIMEOUT.equals(operation.errorType())) {
        cut |= !start;
        waited = start || operation.tool() != null ? waited : millis;
      } else if (operation.succeeded() && operation.first()) {
        begun = millis;
      } else if (isAnswer(operation)) {
        sum += millis;
        slow = max(slow, millis);
      }
    }
    slowest[next] = slow;
    longest[next] = most;
    late[next] = cut;
    later[next] = sum;
    first[next] = begun;
    hung[next] = waited;
    size = Math.min(KEPT, size + 1);
    next = (next + 1) % KEPT;
    var catalog = result.catalog();
    if (catalog != null) {
      toolBytes = toolBytes(catalog);
    }
  }

  private static float max(float one, float other) {
    return Float.isNaN(one) ? other : Math.max(one, other);
  }

  /** Tools take what they do, not what the server does. */
  private static boolean isAnswer(Operation operation) {
    return operation.succeeded() && operation.tool() == null;
  }

  private void grow(int length) {
    at = Arrays.copyOf(at, length);
    slowest = Arrays.copyOf(slowest, length);
    later = Arrays.copyOf(later, length);
    first = Arrays.copyOf(first, length);
    hung = Arrays.copyOf(hung, length);
    longest = Arrays.copyOf(longest, length);
    late = Arrays.copyOf(late, length);
  }

  private static long toolBytes(Catalog catalog) {
    return catalog.entries().stream()
        .filter(entry -> entry.kind() == CatalogEntry.Kind.TOOL)
        .mapToLong(entry -> entry.definition().getBytes(UTF_8).length)
        .sum();
  }

  /** What the definitions of the tools take as JSON; empty before they were listed. */
  synchronized OptionalLong toolBytes() {
    return toolBytes < 0 ? OptionalLong.empty() : OptionalLong.of(toolBytes);
  }

  /** The probes that began at an instant or after it. */
  synchronized Figures since(Instant from) {
    int begin = (int) Math.max(0, Math.min(Integer.MAX_VALUE, from.getEpochSecond()));
    int[] kept = new int[size];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (at[i] >= begin) {
        kept[count++] = i;
      }
    }
    var probes = Arrays.copyOf(kept, count);
    return new Figures(
        count,
        times(slowest, probes),
        times(first, probes),
        times(hung, probes),
        times(longest, probes),
        (int) Arrays.stream(probes).filter(i -> late[i]).count(),
        Arrays.stream(probes).mapToDouble(i -> later[i]).sum());
  }

  synchronized Figures all() {
    return since(Instant.EPOCH);
  }

  private static Times times(float[] values, int[] probes) {
    return new Times(Arrays.stream(probes).mapToDouble(i -> values[i]));
  }

  /**
   * Figures of some probes.
   *
   * @param slowest the slowest answer of each probe
   * @param first the first requests of sessions
   * @param hung how long requests without an answer were waited for, without tool calls
   * @param longest the longest success of each probe, of any kind but starts of processes
   * @param late how many probes had any request that timed out, tool calls too
   * @param laterTotal what all answers but first ones took together, milliseconds
   */
  record Figures(
      int probes,
      Times slowest,
      Times first,
      Times hung,
      Times longest,
      int late,
      double laterTotal) {
    double hungShare() {
      return probes == 0 ? 0 : (double) hung.count() / probes;
    }

    double lateShare() {
      return probes == 0 ? 0 : (double) late / probes;
    }
  }
}
