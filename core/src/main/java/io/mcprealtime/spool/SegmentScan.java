package io.mcprealtime.spool;

import io.mcprealtime.ServerId;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the whole frames in a segment's bytes, and what lies between them.
 *
 * @param frames in order
 * @param damaged parts that are no frame, in order
 * @param torn from where a last frame is that was not written to its end; the length when none is
 */
record SegmentScan(List<Found> frames, List<Part> damaged, int torn) {
  record Found(int offset, FrameHeader header, Map<ServerId, Instant> newest) {}

  record Part(int from, int to) {}

  static SegmentScan of(byte[] bytes) {
    var frames = new ArrayList<Found>();
    var damaged = new ArrayList<Part>();
    int torn = bytes.length;
    int offset = 0;
    while (offset < bytes.length) {
      var found = frameAt(bytes, offset);
      if (found != null) {
        frames.add(found);
        offset += found.header.size();
        continue;
      }
      int next = nextFrame(bytes, offset + 1);
      if (next == bytes.length && isTorn(bytes, offset)) {
        torn = offset;
      } else {
        damaged.add(new Part(offset, next));
      }
      offset = next;
    }
    return new SegmentScan(List.copyOf(frames), List.copyOf(damaged), torn);
  }

  /** Whether the rest is the beginning of a frame and nothing else. */
  private static boolean isTorn(byte[] bytes, int offset) {
    int left = bytes.length - offset;
    if (left >= FrameHeader.BYTES) {
      return FrameHeader.read(bytes, offset).filter(header -> header.size() > left).isPresent();
    }
    for (int i = 0; i < Math.min(left, Integer.BYTES); i++) {
      if (bytes[offset + i] != (byte) (FrameHeader.MAGIC >>> (24 - 8 * i))) {
        return false;
      }
    }
    return true;
  }

  private static int nextFrame(byte[] bytes, int from) {
    for (int i = from; i + FrameHeader.BYTES <= bytes.length; i++) {
      if (bytes[i] == (byte) (FrameHeader.MAGIC >>> 24) && frameAt(bytes, i) != null) {
        return i;
      }
    }
    return bytes.length;
  }

  private static @Nullable Found frameAt(byte[] bytes, int offset) {
    var header = FrameHeader.read(bytes, offset).orElse(null);
    if (header == null || !header.fits(bytes, offset)) {
      return null;
    }
    try {
      int body = offset + FrameHeader.BYTES;
      return new Found(offset, header, FrameCodec.newest(bytes, body, header.length()));
    } catch (UncheckedIOException | IllegalArgumentException e) {
      return null;
    }
  }
}
