package io.mcprealtime.pack;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The model of texts: UTF-8, byte by byte in the context of the byte before, ended by a 0. */
final class TextModel {
  /** A text of the longest field in UTF-8, and some. */
  private static final int MAX_BYTES = 8_000;

  private static final int MAX_TOTAL = 64 << 20;

  private int @org.jspecify.annotations.Nullable [] model;
  private int total;

  String code(BitCoder coder, String text) {
    var slots = model;
    if (slots == null) {
      slots = new int[1 << 16];
      model = slots;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var found = new ByteArrayOutputStream();
    int before = 0;
    do {
      int next = found.size() < bytes.length ? bytes[found.size()] & 0xFF : 0;
      before = coder.tree(slots, before << 8, 8, next);
      if (before != 0) {
        found.write(before);
      }
    } while (before != 0 && found.size() <= MAX_BYTES);
    total += found.size();
    if (total > MAX_TOTAL || before != 0) {
      throw new IllegalArgumentException(
          "texts of a chunk hold %d bytes at most, one of them %d".formatted(MAX_TOTAL, MAX_BYTES));
    }
    return coder.isDecoding() ? found.toString(StandardCharsets.UTF_8) : text;
  }
}
