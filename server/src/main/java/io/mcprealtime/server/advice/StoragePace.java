package io.mcprealtime.server.advice;

import static io.mcprealtime.advice.Figure.Unit.BYTES_PER_HOUR;
import static io.mcprealtime.server.advice.ServerRule.format;

import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import io.mcprealtime.analysis.Range;
import io.mcprealtime.server.advice.SampleSources.Shares;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Probes fill the database faster than it forgets: how long an interval it has room for. */
final class StoragePace {
  static final String NAME = "interval-against-storage";

  private static final String GROWTH = "the growth of the database by probes";
  private static final double SECONDS_PER_DAY = 86_400;
  private static final double HOURS_PER_DAY = 24;

  /** Share of all samples that those of probes must be for the interval to matter. */
  private static final double MIN_SHARE = 0.5;

  /** Share of the limit that samples of full age may take. */
  private static final double FILLING = 0.8;

  /** Growth is that of seven days; a day later at the latest it is one since a change. */
  private static final Duration GROWTH_WAIT = Duration.ofDays(8);

  private final Duration interval;
  private final Duration age;

  /**
   * @param interval between two probes of a server
   * @param age at which samples are dropped
   */
  StoragePace(Duration interval, Duration age) {
    this.interval = interval;
    this.age = age;
  }

  private String setting() {
    return "collection.interval %d ms".formatted(interval.toMillis());
  }

  private static Figure growth(double bytesPerDay) {
    return Figure.lower(GROWTH, bytesPerDay / HOURS_PER_DAY, BYTES_PER_HOUR);
  }

  /**
   * What should be done about the interval.
   *
   * @param servers that are probed
   * @param shares where samples come from; absent while that is not known
   */
  Optional<Recommendation> look(@Nullable DataUsage usage, int servers, @Nullable Shares shares) {
    var growth = usage == null ? null : usage.growth();
    var limit = usage == null ? null : usage.limitBytes();
    var perDay = growth == null ? null : growth.bytesPerDay().median();
    if (usage == null
        || growth == null
        || limit == null
        || perDay == null
        || perDay <= 0
        || servers == 0
        || shares == null
        || shares.probes() < MIN_SHARE) {
      return Optional.empty();
    }
    double days = age.toSeconds() / SECONDS_PER_DAY;
    double whole = perDay * days;
    var full = usage.fullInDays().map(Range::median).orElse(null);
    double left = full == null ? days : full;
    if (left >= days || whole <= FILLING * limit) {
      return Optional.empty();
    }
    double ours = whole * shares.probes();
    double room = FILLING * limit - (whole - ours);
    if (room <= 0) {
      // No interval is long enough: others alone take too much.
      return Optional.empty();
    }
    double seconds = interval.toMillis() / 1e3;
    double better = Math.ceil(seconds * ours / room);
    return Optional.of(
        Recommendation.of(NAME)
            .what(format("Lengthen collection.interval to %.0f s", better))
            .why(
                format(
                    "%d servers probed every %.3g s make the database grow by %.2f MB a day, which"
                        + " over the %.3g days that samples are kept is %.0f MB, of a limit of"
                        + " %.0f MB%s",
                    servers,
                    seconds,
                    perDay * shares.probes() / 1e6,
                    days,
                    ours / 1e6,
                    limit / 1e6,
                    others(shares, whole - ours)))
            .effect("samples of their full age fit")
            .figure(growth(perDay * shares.probes()))
            .setting(setting())
            .evidence("measurements", growth.points())
            .build());
  }

  private static String others(Shares shares, double bytes) {
    return shares.most() == null
        ? ""
        : format(
            "; %.0f %% of all samples are sent by others, which is %.0f MB more, most of them by %s",
            (1 - shares.probes()) * 100, bytes / 1e6, shares.most());
  }

  /** How the growth stands: once the interval is another, by that since the change alone. */
  Reading read(
      @Nullable DataUsage usage,
      @Nullable Shares shares,
      Recommendation recommendation,
      Instant since,
      Instant now) {
    var growth = usage == null ? null : usage.growth();
    var perDay = growth == null ? null : growth.bytesPerDay().median();
    boolean measured =
        growth != null
            // One of another version may go by another figure.
            && recommendation.figure().name().equals(GROWTH)
            && (setting().equals(recommendation.setting())
                || !now.minus(growth.span()).isBefore(since));
    var figure =
        measured && perDay != null && shares != null ? growth(perDay * shares.probes()) : null;
    return new Reading(setting(), figure).within(GROWTH_WAIT);
  }
}
