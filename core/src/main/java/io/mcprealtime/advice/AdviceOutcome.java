package io.mcprealtime.advice;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of a recommendation.
 *
 * @param since when it was made first
 * @param at when this became clear
 * @param before the figure when it stood
 * @param after the figure since; absent when it could not be measured
 * @param settingBefore absent when nobody changed anything that can be seen
 * @param settingAfter absent when nobody changed anything that can be seen
 */
public record AdviceOutcome(
    Recommendation recommendation,
    Verdict verdict,
    Instant since,
    Instant at,
    Figure before,
    @Nullable Figure after,
    @Nullable String settingBefore,
    @Nullable String settingAfter) {

  /** Whether it helped. */
  public enum Verdict {
    HELPED("it helped"),
    DID_NOT_HELP("it did not help"),
    /** Too little was measured, or the difference may be chance. */
    UNCLEAR("whether it helped is unclear"),
    /** What it was made for ended, and nobody is seen to have changed anything. */
    NO_LONGER_NEEDED("it is not needed any more");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The outcome in words, with the numbers. */
  public String sentence() {
    var numbers =
        after == null
            ? "%s was %s and is not measured since".formatted(before.name(), before.text())
            : "%s was %s%s and is %s%s"
                .formatted(before.name(), before.text(), of(before), after.text(), of(after));
    var changed =
        settingBefore == null || settingAfter == null
            ? ""
            : " (%s became %s)".formatted(settingBefore, settingAfter);
    return "%s%s: %s, %s".formatted(recommendation.what(), changed, verdict.words, numbers);
  }

  private static String of(Figure figure) {
    return figure.samples() == null ? "" : " of " + figure.samples();
  }
}
