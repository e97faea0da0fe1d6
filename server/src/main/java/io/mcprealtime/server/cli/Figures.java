package io.mcprealtime.server.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures as people read them, with units; a dash for what is not known. */
final class Figures {
  static final String UNKNOWN = "-";
  private static final double STEP = 1000;
  private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB");

  private Figures() {}

  /** In units of 1000, as providers of databases count: {@code 12.3 MB}. */
  static String bytes(@Nullable Number bytes) {
    if (bytes == null) {
      return UNKNOWN;
    }
    double value = bytes.doubleValue();
    int unit = 0;
    while (Math.abs(value) >= STEP && unit < UNITS.size() - 1) {
      value /= STEP;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS.get(unit));
  }

  static String count(@Nullable Long count) {
    return count == null ? UNKNOWN : String.format(Locale.ROOT, "%,d", count);
  }

  static String percent(double ratio) {
    return String.format(Locale.ROOT, "%.1f %%", ratio * 100);
  }

  static String days(double days) {
    return String.format(Locale.ROOT, days < 10 ? "%.1f" : "%.0f", days);
  }

  /** The largest unit that fits without a remainder: {@code 84h}, {@code 7d}. */
  static String age(@Nullable Duration age) {
    if (age == null) {
      return "";
    }
    long seconds = age.toSeconds();
    if (seconds > 0 && seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds > 0 && seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** Rows under a heading; columns that begin with a {@code >} there stand to the right. */
  static List<String> table(List<List<String>> rows) {
    var widths = new int[rows.get(0).size()];
    for (var row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).replace(">", "").length());
      }
    }
    var lines = new ArrayList<String>();
    for (var row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean right = rows.get(0).get(i).startsWith(">");
        String cell = row.get(i).replace(">", "");
        String pad = " ".repeat(widths[i] - cell.length());
        line.append(i == 0 ? "" : "  ").append(right ? pad + cell : cell + pad);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
