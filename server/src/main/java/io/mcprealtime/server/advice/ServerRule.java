package io.mcprealtime.server.advice;

import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** One thing that can be said of a server. */
interface ServerRule {
  String name();

  /** What should be done about it; empty too while there is too little to say so. */
  Optional<Recommendation> look(ServerFacts facts);

  /** How that stands, by what was measured since then; empty when it is not about anything. */
  Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since);

  /** Fills a pattern in, with the same digits everywhere. */
  @SuppressWarnings("AnnotateFormatMethod")
  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** Milliseconds for people. */
  static String time(double millis) {
    return millis >= 1_000 ? format("%.2f s", millis / 1e3) : format("%.1f ms", millis);
  }
}
