package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.analysis.Range;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of ranges: {@code low}, {@code median} and {@code high}; null without one. */
final class RangeJson {
  private RangeJson() {}

  static @Nullable ObjectNode counts(@Nullable Range<Long> range) {
    return range == null
        ? null
        : object().put("low", range.low()).put("median", range.median()).put("high", range.high());
  }

  static @Nullable ObjectNode figures(@Nullable Range<Double> range) {
    return range == null
        ? null
        : object().put("low", range.low()).put("median", range.median()).put("high", range.high());
  }

  static @Nullable ObjectNode instants(@Nullable Range<Instant> range) {
    if (range == null) {
      return null;
    }
    var texts = range.map(Instant::toString);
    return object().put("low", texts.low()).put("median", texts.median()).put("high", texts.high());
  }
}
