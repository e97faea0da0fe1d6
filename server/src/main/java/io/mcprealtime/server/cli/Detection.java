package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.analysis.Detector;
import io.mcprealtime.analysis.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a detector over a file of comma-separated values with the columns {@code timestamp} and
 * {@code value}, in the order of its rows, and copies the file with two columns more. Memory does
 * not grow with the file.
 */
final class Detection {
  private static final String TIMESTAMP = "timestamp";
  private static final String VALUE = "value";
  private static final String SCORE = "anomaly_score";
  private static final String FLAG = "is_anomaly";

  /** The highest score of a row with which no anomaly begins: 1 is the threshold for readers. */
  private static final double BELOW = 0.999_999;

  private static final Set<String> MISSING = Set.of("", "na", "n/a", "null", "none", "-");
  private static final Set<String> ENDLESS = Set.of("nan", "inf", "infinity");
  private static final int CHUNK = 1 << 16;
  private static final int SHOWN = 40;

  private final String source;
  private final Detector detector;
  private final DetectionSummary summary = new DetectionSummary();
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream(2 * CHUNK);
  private int timestampAt;
  private int valueAt;
  private int columns;
  private @Nullable Instant previous;

  /**
   * @param source what is read, for messages
   */
  Detection(String source, Detector detector) {
    this.source = source;
    this.detector = detector;
  }

  /**
   * Reads to the end.
   *
   * @param out gets whole rows only, and is not closed
   * @param progress is told of the rows so far, now and then
   * @throws McpRealtimeException that names line, column and value of what cannot be read
   * @throws IOException when it cannot be written
   */
  DetectionSummary run(InputStream in, OutputStream out, LongConsumer progress) throws IOException {
    var rows = new CsvRows(in, source);
    if (!rows.next()) {
      throw new McpRealtimeException(
          "%s is empty; its first line names the columns, among them timestamp and value"
              .formatted(source));
    }
    heading(rows);
    append(rows, SCORE, FLAG);
    while (hasNext(rows, out)) {
      row(rows);
      if (pending.size() >= CHUNK) {
        write(out);
        progress.accept(summary.rows());
      }
    }
    write(out);
    return summary;
  }

  /** Somebody who waits for the rows so far gets them before the next one is waited for. */
  private boolean hasNext(CsvRows rows, OutputStream out) throws IOException {
    if (rows.mayWait()) {
      write(out);
    }
    return rows.next();
  }

  private void write(OutputStream out) throws IOException {
    pending.writeTo(out);
    pending.reset();
    out.flush();
  }

  private void heading(CsvRows rows) {
    columns = rows.cells();
    timestampAt = column(rows, TIMESTAMP);
    valueAt = column(rows, VALUE);
    for (var added : new String[] {SCORE, FLAG}) {
      if (find(rows, added, 0) >= 0) {
        throw new McpRealtimeException(
            "%s has a column %s already; take that column away, or the file it was made of"
                .formatted(source, added));
      }
    }
  }

  private int column(CsvRows rows, String name) {
    int found = find(rows, name, 0);
    if (found < 0) {
      var first = rows.cell(0);
      boolean other = columns == 1 && (first.indexOf(';') >= 0 || first.indexOf('\t') >= 0);
      throw new McpRealtimeException(
          "%s, line %d: there is no column %s; %s"
              .formatted(
                  source,
                  rows.line(),
                  name,
                  other
                      ? "columns must be separated by commas"
                      : "the first line must name the columns, among them timestamp and value"));
    }
    if (find(rows, name, found + 1) >= 0) {
      throw new McpRealtimeException(
          "%s, line %d: there are two columns %s; rename one".formatted(source, rows.line(), name));
    }
    return found;
  }

  private static int find(CsvRows rows, String name, int from) {
    for (int i = from; i < rows.cells(); i++) {
      if (rows.cell(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private void row(CsvRows rows) {
    if (rows.cells() != columns) {
      throw new McpRealtimeException(
          "%s, line %d: it has %d cells where the first line has %d; add or quote what is missing"
              .formatted(source, rows.line(), rows.cells(), columns));
    }
    var text = rows.cell(timestampAt);
    Instant at;
    try {
      at = Timestamps.parse(text);
    } catch (IllegalArgumentException e) {
      throw new McpRealtimeException(
          "%s, line %d: timestamp %s".formatted(source, rows.line(), e.getMessage()), e);
    }
    summary.row(text, previous != null && !at.isAfter(previous));
    previous = at;
    double value = value(rows);
    if (Double.isNaN(value)) {
      append(rows, "0", "0");
      return;
    }
    var verdict = detector.next(at, value);
    summary.judged(text, value, verdict);
    append(rows, Double.toString(rowScore(verdict)), verdict.onset() ? "1" : "0");
  }

  /** The verdict as one number for readers that know a threshold only, which is 1. */
  static double rowScore(Verdict verdict) {
    return verdict.onset() ? verdict.score() : Math.min(verdict.score(), BELOW);
  }

  /** NaN when there is none. */
  private double value(CsvRows rows) {
    var text = rows.cell(valueAt);
    var lower = text.toLowerCase(Locale.ROOT);
    var unsigned = lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
    if (MISSING.contains(lower) || ENDLESS.contains(unsigned)) {
      return Double.NaN;
    }
    try {
      char last = text.charAt(text.length() - 1);
      // Java would take 1d and 0x1p3 as well.
      if ((last == '.' || Character.isDigit(last)) && lower.indexOf('x') < 0) {
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? Double.NaN : value;
      }
    } catch (NumberFormatException e) {
      throw notANumber(rows, text);
    }
    throw notANumber(rows, text);
  }

  private McpRealtimeException notANumber(CsvRows rows, String text) {
    return new McpRealtimeException(
        "%s, line %d: value is '%s', which is no number; write 1234.5, or nothing where none is known"
            .formatted(
                source,
                rows.line(),
                text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…"));
  }

  private void append(CsvRows rows, String score, String flag) {
    pending.write(rows.bytes(), 0, rows.length());
    pending.writeBytes(("," + score + "," + flag).getBytes(StandardCharsets.US_ASCII));
    pending.writeBytes(rows.lineEnd());
  }
}
