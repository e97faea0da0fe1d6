package io.mcprealtime.mcp;

import java.time.Duration;

/** Values in the words of our messages. */
final class Texts {
  private Texts() {}

  /** A duration as people write it: {@code 250 ms}, {@code 5 s}, {@code 1.5 s}. */
  static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    return millis % 1000 == 0
        ? millis / 1000 + " s"
        : millis / 1000 + "." + millis % 1000 / 100 + " s";
  }

  /** A duration in whole seconds where it has any. */
  static String rough(Duration duration) {
    return of(duration.toMillis() < 1000 ? duration : Duration.ofSeconds(duration.toSeconds()));
  }

  static String bytes(long bytes) {
    return bytes % (1024 * 1024) == 0 && bytes > 0
        ? bytes / (1024 * 1024) + " MiB"
        : bytes + " bytes";
  }
}
