package io.mcprealtime.advice;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;

import io.mcprealtime.EventType;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.advice.AdviceOutcome.Verdict;
import io.mcprealtime.advice.OpenAdvice.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what was recommended, notices when somebody acted on it, and says later whether that
 * helped. Looking may block, one at a time; all else is at once. Thread-safe.
 */
public final class AdviceBook {
  private static final Logger log = LoggerFactory.getLogger(AdviceBook.class);

  /** Outcomes that are kept. */
  public static final int MAX_OUTCOMES = 100;

  /** Recommendations that are followed; more are not made. */
  public static final int MAX_OPEN = 1_000;

  /**
   * A condition is over when it is looked for so long without a sign of it; one that held no longer
   * is no news.
   */
  public static final Duration OVER_AFTER = Duration.ofMinutes(15);

  /** What could not be measured for so long is forgotten. */
  static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  private final TimeSource time;
  private final Consumer<? super MonitoringEvent> events;
  private final List<Adviser> advisers = new CopyOnWriteArrayList<>();
  private final Object looking = new Object();

  /** By id; these six belong to whoever looks. */
  private final Map<String, OpenAdvice> following = new LinkedHashMap<>();

  private final Deque<AdviceOutcome> ended = new ArrayDeque<>();
  private final Set<Adviser> failing = new HashSet<>();

  /** When each adviser looked last without a fault. */
  private final Map<Adviser, Instant> succeeded = new HashMap<>();

  /** When each adviser looked first without a fault. */
  private final Map<Adviser, Instant> begun = new HashMap<>();

  /** By id, since when it is measured and not found. */
  private final Map<String, Instant> absent = new HashMap<>();

  private volatile List<OpenAdvice> open = List.of();
  private volatile List<Recommendation> standing = List.of();
  private volatile List<AdviceOutcome> outcomes = List.of();
  private volatile @Nullable Instant looked;
  private volatile @Nullable Instant lookingSince;

  /**
   * @param events is told of outcomes; must return at once
   */
  public AdviceBook(TimeSource time, Consumer<? super MonitoringEvent> events) {
    this.time = time;
    this.events = events;
  }

  /** Asks that adviser too from now on. */
  public void add(Adviser adviser) {
    advisers.add(adviser);
  }

  /** Asks all advisers, and judges what was changed since. */
  public void look() {
    synchronized (looking) {
      var now = time.instant();
      following.values().removeIf(one -> adviserOf(one) == null);
      for (var adviser : advisers) {
        try {
          forgetPauses(adviser, now);
          look(adviser, now);
          begun.putIfAbsent(adviser, now);
          succeeded.put(adviser, now);
          failing.remove(adviser);
        } catch (McpRealtimeException e) {
          forgetAbsences(adviser);
          // What it said before stands until it can look again.
          log.debug("no new recommendations on {}: {}", adviser.rules(), e.getMessage());
        } catch (RuntimeException e) {
          forgetAbsences(adviser);
          if (failing.add(adviser)) {
            log.warn("no new recommendations on {}", adviser.rules(), e);
          }
        }
      }
      looked = now;
      publish();
    }
  }

  /** Looks, unless that was done within that time. */
  public void lookIfOlderThan(Duration age) {
    synchronized (looking) {
      var last = looked;
      var now = time.instant();
      if (last == null || last.isAfter(now) || !now.isBefore(last.plus(age))) {
        look();
      }
    }
  }

  private @Nullable Adviser adviserOf(OpenAdvice one) {
    var rule = one.recommendation().rule();
    return advisers.stream()
        .filter(adviser -> adviser.rules().contains(rule))
        .findFirst()
        .orElse(null);
  }

  /** Time in which nobody looked says nothing. */
  private void forgetPauses(Adviser adviser, Instant now) {
    var last = succeeded.get(adviser);
    if (last == null || last.plus(OVER_AFTER).isBefore(now)) {
      forgetAbsences(adviser);
    }
  }

  private void forgetAbsences(Adviser adviser) {
    following.values().stream()
        .map(OpenAdvice::recommendation)
        .filter(one -> adviser.rules().contains(one.rule()))
        .forEach(one -> absent.remove(one.id()));
  }

  private void look(Adviser adviser, Instant now) {
    var advised = new LinkedHashMap<String, Recommendation>();
    adviser.look(now).forEach(one -> advised.putIfAbsent(one.id(), one));
    for (var known : List.copyOf(following.values())) {
      var recommendation = known.recommendation();
      if (adviser.rules().contains(recommendation.rule())) {
        follow(adviser, known, advised.get(recommendation.id()), now);
      }
    }
    for (var one : urgentFirst(advised.values())) {
      if (!following.containsKey(one.id()) && hasRoomFor(one)) {
        following.put(one.id(), new OpenAdvice(one, now, now, null));
      }
    }
    absent.keySet().retainAll(following.keySet());
  }

  private static List<Recommendation> urgentFirst(Collection<Recommendation> advised) {
    return advised.stream().sorted(comparing(Recommendation::urgency).reversed()).toList();
  }

  /** Whether it can be followed; an urgent one takes the place of the newest that is not. */
  private boolean hasRoomFor(Recommendation one) {
    if (following.size() < MAX_OPEN) {
      return true;
    }
    if (one.urgency() != Urgency.URGENT) {
      return false;
    }
    var others =
        following.values().stream()
            .filter(other -> other.recommendation().urgency() != Urgency.URGENT)
            .sorted(comparing(other -> other.change() == null))
            .toList();
    if (others.isEmpty()) {
      return false;
    }
    following.remove(others.get(others.size() - 1).recommendation().id());
    return true;
  }

  /**
   * @param newest what is recommended of it now; null when nothing is
   */
  private void follow(
      Adviser adviser, OpenAdvice known, @Nullable Recommendation newest, Instant now) {
    var id = known.recommendation().id();
    var change = known.change();
    var since = change == null ? known.since() : change.at();
    var reading = adviser.read(known.recommendation(), since).orElse(null);
    if (reading == null) {
      following.remove(id);
      return;
    }
    var noticed = notice(known, reading.setting(), now);
    if (noticed == null) {
      standing(known, newest, reading.figure(), now);
      return;
    }
    var current = newest == null ? known : known.seen(now);
    following.put(id, current.changed(noticed));
    if (change != null && noticed.at().equals(change.at())) {
      Comparison.judge(noticed, reading, newest != null, now)
          .ifPresent(
              verdict -> {
                if (reading.setBySomebody() || verdict == Verdict.HELPED) {
                  end(current.changed(noticed), verdict, reading.figure(), now);
                } else {
                  goOn(known, newest, now);
                }
              });
    }
  }

  /** What changed had nothing to do with it. */
  private void goOn(OpenAdvice known, @Nullable Recommendation newest, Instant now) {
    if (newest == null) {
      following.remove(known.recommendation().id());
    } else {
      following.put(newest.id(), known.seen(newest, now).changed(null));
    }
  }

  /** The change that is to be judged; null while the setting is what it was. */
  private static @Nullable Change notice(OpenAdvice known, @Nullable String setting, Instant now) {
    var change = known.change();
    var before = change == null ? known.recommendation().setting() : change.from();
    if (setting == null || before == null) {
      return change;
    }
    if (setting.equals(before)) {
      return null;
    }
    if (change == null) {
      return new Change(now, before, setting, known.recommendation().figure());
    }
    return setting.equals(change.to()) ? change : change.to(setting, now);
  }

  /** Nobody did anything. */
  private void standing(
      OpenAdvice known, @Nullable Recommendation newest, @Nullable Figure figure, Instant now) {
    var id = known.recommendation().id();
    if (newest != null) {
      absent.remove(id);
      following.put(id, known.seen(newest, now).changed(null));
      return;
    }
    following.put(id, known.changed(null));
    if (figure == null) {
      absent.remove(id);
      boolean looked = isOver(lookedSince(known, now), now);
      if (looked && Duration.between(known.seen(), now).compareTo(FORGOTTEN_AFTER) >= 0) {
        following.remove(id);
      }
      return;
    }
    if (isOver(absent.computeIfAbsent(id, key -> now), now)) {
      if (Duration.between(known.since(), known.seen()).compareTo(OVER_AFTER) >= 0) {
        end(known.changed(null), Verdict.NO_LONGER_NEEDED, figure, now);
      } else {
        following.remove(id);
      }
    }
  }

  private static boolean isOver(Instant since, Instant now) {
    return Duration.between(since, now).compareTo(OVER_AFTER) >= 0;
  }

  private Instant lookedSince(OpenAdvice one, Instant now) {
    var adviser = adviserOf(one);
    return adviser == null ? now : begun.getOrDefault(adviser, now);
  }

  private void end(OpenAdvice one, Verdict verdict, @Nullable Figure after, Instant now) {
    var change = one.change();
    var outcome =
        new AdviceOutcome(
            one.recommendation(),
            verdict,
            one.since(),
            now,
            change == null ? one.recommendation().figure() : change.before(),
            after,
            change == null ? null : change.from(),
            change == null ? null : change.to());
    following.remove(one.recommendation().id());
    ended.addFirst(outcome);
    while (ended.size() > MAX_OUTCOMES) {
      ended.removeLast();
    }
    events.accept(event(outcome));
  }

  private static MonitoringEvent event(AdviceOutcome outcome) {
    var severity = outcome.verdict() == Verdict.DID_NOT_HELP ? Severity.WARNING : Severity.INFO;
    var server = outcome.recommendation().server();
    var event =
        server == null
            ? MonitoringEvent.ofMonitor(
                outcome.at(), EventType.RECOMMENDATION, severity, outcome.sentence())
            : MonitoringEvent.of(
                server, outcome.at(), EventType.RECOMMENDATION, severity, outcome.sentence());
    var details = new LinkedHashMap<String, String>();
    details.put("recommendation", outcome.recommendation().id());
    details.put("verdict", outcome.verdict().wireName());
    details.put("since", outcome.since().toString());
    details.put("before", Double.toString(outcome.before().value()));
    var after = outcome.after();
    if (after != null) {
      details.put("after", Double.toString(after.value()));
    }
    if (outcome.settingBefore() != null && outcome.settingAfter() != null) {
      details.put("settingBefore", outcome.settingBefore());
      details.put("settingAfter", outcome.settingAfter());
    }
    return event.withDetails(details);
  }

  private void publish() {
    open = List.copyOf(following.values());
    standing = open.stream().filter(this::stands).map(OpenAdvice::recommendation).toList();
    outcomes = List.copyOf(ended);
    lookingSince =
        begun.keySet().containsAll(advisers)
            ? begun.values().stream().max(naturalOrder()).orElse(null)
            : null;
  }

  /** What an adviser said when it could look last holds until it can again. */
  private boolean stands(OpenAdvice one) {
    var adviser = adviserOf(one);
    var last = adviser == null ? null : succeeded.get(adviser);
    return last != null && one.change() == null && !one.seen().isBefore(last);
  }

  /** What stands or is being measured, as it was looked last, in the order in which it was made. */
  public List<OpenAdvice> open() {
    return open;
  }

  /** What each adviser recommended when it could look last and was not acted on yet. */
  public List<Recommendation> standing() {
    return standing;
  }

  /**
   * Since when all advisers look. What was recommended before the start of this process and holds
   * still may not stand again before {@link #OVER_AFTER} from then. Empty before.
   */
  public Optional<Instant> lookingSince() {
    return Optional.ofNullable(lookingSince);
  }

  /** What became of others, the newest first; at most {@value #MAX_OUTCOMES}. */
  public List<AdviceOutcome> outcomes() {
    return outcomes;
  }

  /** All of it as JSON. */
  public String save() {
    return AdviceJson.book(open, outcomes).toString();
  }

  /**
   * Takes over what another book saved.
   *
   * @throws IllegalArgumentException when the text is none of it; nothing is changed then
   */
  public void restore(String json) {
    var read = AdviceJson.readBook(json);
    synchronized (looking) {
      following.clear();
      absent.clear();
      read.open().stream()
          .limit(MAX_OPEN)
          .forEach(one -> following.put(one.recommendation().id(), one));
      replaceEnded(read.outcomes());
      publish();
    }
  }

  private void replaceEnded(Collection<AdviceOutcome> newestFirst) {
    ended.clear();
    newestFirst.stream().limit(MAX_OUTCOMES).forEach(ended::addLast);
  }
}
