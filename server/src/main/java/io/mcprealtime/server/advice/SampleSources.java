package io.mcprealtime.server.advice;

import static java.util.Comparator.comparing;

import io.mcprealtime.LiveFeed;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How many of the samples that came in during the last day or two are of probes, and who sends most
 * of the others. Thread-safe.
 */
public final class SampleSources implements LiveFeed.Listener {
  /** What is older than two of these does not count. */
  private static final Duration SPAN = Duration.ofDays(1);

  /** So long it is counted before it tells anything, as the growth is. */
  static final Duration MIN_SPAN = Duration.ofHours(3);

  /** Names are whatever callers say; samples of those beyond are counted without them. */
  static final int MOST_NAMES = 5_000;

  private final Predicate<ServerId> isProbed;
  private Counts older = new Counts();
  private Counts counts = new Counts();
  private @Nullable Instant begun;
  private @Nullable Instant turned;

  /**
   * @param isProbed whether the samples of a server are those of its probes
   */
  public SampleSources(Predicate<ServerId> isProbed) {
    this.isProbed = isProbed;
  }

  /**
   * Where samples come from.
   *
   * @param probes share of them that is of probes, above 0 to 1
   * @param most who sends most of the others; absent when there are no others
   */
  record Shares(double probes, @Nullable ServerId most) {
    static final Shares ALL_PROBES = new Shares(1, null);
  }

  private static final class Counts {
    private long probes;
    private long all;

    /** By server, of the first that were heard of. */
    private final Map<ServerId, Long> others = new HashMap<>();

    private void add(ServerId server, boolean probed) {
      all++;
      if (probed) {
        probes++;
      } else if (others.size() < MOST_NAMES || others.containsKey(server)) {
        others.merge(server, 1L, Long::sum);
      }
    }
  }

  @Override
  public synchronized void onMetrics(List<ServerMetrics> metrics) {
    for (var sample : metrics) {
      counts.add(sample.server(), isProbed.test(sample.server()));
    }
  }

  /** Where samples came from until now; empty while that is not counted for long enough. */
  synchronized Optional<Shares> shares(Instant now) {
    var first = begun == null ? now : begun;
    begun = first;
    var last = turned == null ? now : turned;
    turned = last;
    if (!now.isBefore(last.plus(SPAN))) {
      older = counts;
      counts = new Counts();
      turned = now;
    }
    var others = new HashMap<>(older.others);
    counts.others.forEach((server, count) -> others.merge(server, count, Long::sum));
    long probes = older.probes + counts.probes;
    long all = older.all + counts.all;
    if (probes == 0 || now.isBefore(first.plus(MIN_SPAN))) {
      return Optional.empty();
    }
    var most =
        others.entrySet().stream()
            .max(comparing(Map.Entry<ServerId, Long>::getValue))
            .map(Map.Entry::getKey)
            .orElse(null);
    return Optional.of(new Shares((double) probes / all, most));
  }
}
