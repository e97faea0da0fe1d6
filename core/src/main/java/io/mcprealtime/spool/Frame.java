package io.mcprealtime.spool;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.TimeRange;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the index knows of a frame that waits. */
final class Frame {
  /** The index of a frame with more servers does not name them. */
  private static final int MAX_NAMED = 64;

  final Segment segment;
  final long offset;
  final FrameHeader header;
  final long number;
  private final @Nullable Set<ServerId> servers;

  Frame(
      Segment segment,
      long offset,
      FrameHeader header,
      long number,
      Map<ServerId, Instant> newest) {
    this.segment = segment;
    this.offset = offset;
    this.header = header;
    this.number = number;
    this.servers = newest.size() > MAX_NAMED ? null : Set.copyOf(newest.keySet());
  }

  int records() {
    return header.records();
  }

  Instant from() {
    return Instant.ofEpochMilli(header.fromMillis());
  }

  Instant to() {
    return Instant.ofEpochMilli(header.toMillis());
  }

  /** Whether a record of the server may be in it; of any server when null. */
  boolean mayHold(@Nullable ServerId server) {
    return server == null || servers == null || servers.contains(server);
  }

  boolean overlaps(TimeRange range) {
    return from().isBefore(range.to()) && !to().isBefore(range.from());
  }
}
