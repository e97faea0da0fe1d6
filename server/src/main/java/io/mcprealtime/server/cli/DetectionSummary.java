package io.mcprealtime.server.cli;

import io.mcprealtime.analysis.Verdict;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found in a file, as lines for people. Times are as the file writes them. */
final class DetectionSummary {
  private static final int TOLD = 10;
  private static final MathContext DIGITS = new MathContext(6);
  private static final int LONGEST_PLAIN = 15;

  private long rows;
  private long values;
  private long judged;
  private long anomalies;
  private long unordered;
  private @Nullable String first;
  private String last = "";
  private @Nullable Found open;
  private final List<Found> found = new ArrayList<>();

  /** An anomaly from its onset on. */
  private static final class Found {
    private final String since;
    private final double value;
    private final Verdict verdict;
    private @Nullable String until;

    private Found(String since, double value, Verdict verdict) {
      this.since = since;
      this.value = value;
      this.verdict = verdict;
    }

    private String sentence() {
      boolean outside = value < verdict.low() || value > verdict.high();
      return (outside
              ? "%s %s: %s where %s to %s is usual (score %s)"
              : "%s %s: %s, as the last of values that are not as usual together;"
                  + " one alone may be %s to %s (score %s)")
          .formatted(
              since,
              until == null ? "on, to the end" : "until " + until,
              number(value),
              number(verdict.low()),
              number(verdict.high()),
              number(verdict.score()));
    }
  }

  void row(String timestamp, boolean outOfOrder) {
    rows++;
    unordered += outOfOrder ? 1 : 0;
    first = first == null ? timestamp : first;
    last = timestamp;
  }

  void judged(String timestamp, double value, Verdict verdict) {
    values++;
    judged += Double.isNaN(verdict.low()) ? 0 : 1;
    if (open != null && (verdict.onset() || !verdict.active())) {
      open.until = timestamp;
      open = null;
    }
    if (verdict.onset()) {
      anomalies++;
      if (found.size() < TOLD) {
        open = new Found(timestamp, value, verdict);
        found.add(open);
      }
    }
  }

  long rows() {
    return rows;
  }

  long anomalies() {
    return anomalies;
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add(
        "%s rows, %s values, %s of them judged, %s found%s"
            .formatted(
                Figures.count(rows),
                Figures.count(values),
                Figures.count(judged),
                anomalies == 1 ? "1 anomaly" : Figures.count(anomalies) + " anomalies",
                first == null ? "" : "; from %s to %s".formatted(first, last)));
    if (values > 0 && judged == 0) {
      lines.add("There are too few values to know what is usual.");
    }
    if (unordered > 0) {
      lines.add(
          "%s timestamps are not after the one before; rows were judged in the order of the file."
              .formatted(Figures.count(unordered)));
    }
    found.forEach(anomaly -> lines.add("  " + anomaly.sentence()));
    if (anomalies > found.size()) {
      lines.add("  … and %s more".formatted(Figures.count(anomalies - found.size())));
    }
    return lines;
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    var rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    var plain = rounded.toPlainString();
    return plain.length() <= LONGEST_PLAIN ? plain : rounded.toString();
  }
}
