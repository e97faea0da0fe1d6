package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server says in {@code Server-Timing} about its own time. It is the server's word, so what
 * cannot be read or cannot be true is passed over.
 */
final class ServerTiming {
  static final String HEADER = "Server-Timing";

  private static final int MAX_CHARACTERS = 4_096;
  private static final double MAX_MILLIS = 86_400_000;
  private static final double NANOS_PER_MILLI = 1e6;

  /** One metric: its name and its parameters, in which a quoted value may hold any separator. */
  private static final Pattern METRIC =
      Pattern.compile("([^\\s;,=\"]++)((?:[^,\"]|\"(?:[^\"\\\\]|\\\\.)*+(?:\"|$))*+)(?:,|$)");

  private static final Pattern PARAMETER =
      Pattern.compile(
          ";\\s*+([^\\s;,=\"]++)\\s*+(?:=\\s*+(\"(?:[^\"\\\\]|\\\\.)*+\"?|[^;\\s]*+))?");

  private ServerTiming() {}

  /** The metric {@code mcp}, else {@code total}, else the first with a duration, else null. */
  static @Nullable Duration of(List<String> values) {
    if (values.isEmpty()) {
      return null;
    }
    String text = String.join(",", values);
    Matcher metric = METRIC.matcher(text.substring(0, Math.min(text.length(), MAX_CHARACTERS)));
    Duration total = null;
    Duration first = null;
    while (metric.find()) {
      Duration duration = duration(metric.group(2));
      if (duration == null) {
        continue;
      }
      String name = metric.group(1).toLowerCase(Locale.ROOT);
      if (name.equals("mcp")) {
        return duration;
      }
      total = total == null && name.equals("total") ? duration : total;
      first = first == null ? duration : first;
    }
    return total == null ? first : total;
  }

  private static @Nullable Duration duration(String parameters) {
    Matcher parameter = PARAMETER.matcher(parameters);
    while (parameter.find()) {
      if (parameter.group(1).equalsIgnoreCase("dur")) {
        // The first of a name counts, whatever follows.
        return millis(parameter.group(2));
      }
    }
    return null;
  }

  private static @Nullable Duration millis(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      double millis = Double.parseDouble(text.replace("\"", ""));
      return millis >= 0 && millis <= MAX_MILLIS
          ? Duration.ofNanos(Math.round(millis * NANOS_PER_MILLI))
          : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
