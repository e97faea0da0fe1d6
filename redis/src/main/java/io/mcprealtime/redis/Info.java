package io.mcprealtime.redis;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of a reply to INFO. Not every service gives them, or in these words. */
final class Info {
  private final Map<String, String> lines = new HashMap<>();

  private Info() {}

  static Info parse(String text) {
    var info = new Info();
    text.lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0) {
                info.lines.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
              }
            });
    return info;
  }

  /** Bytes held. */
  @Nullable Long bytes() {
    return first("total_data_size", "used_memory");
  }

  /** Bytes that may be held; absent where there is no limit. */
  @Nullable Long limitBytes() {
    var limit = first("max_data_size", "maxmemory");
    return limit == null || limit == 0 ? null : limit;
  }

  private @Nullable Long first(String... names) {
    for (var name : names) {
      var value = lines.get(name);
      if (value != null && value.matches("\\d{1,18}")) {
        return Long.valueOf(value);
      }
    }
    return null;
  }
}
