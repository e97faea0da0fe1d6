package io.mcprealtime.pack;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The model of texts: UTF-8, byte by byte in the context of the one or two bytes before, ended by a
 * 0. It begins with what a monitor's texts look like, as a chunk holds few of them.
 */
final class TextModel {
  /** A text of the longest field in UTF-8, and some. */
  private static final int MAX_BYTES = 8_000;

  private static final int MAX_TOTAL = 64 << 20;
  private static final int TABLE = 1 << 16;

  /** Part of the format: another text needs another version of the chunk. */
  private static final String USUAL =
      """
      connection reused, certificate valid until 2027-01-28 (90 days)
      connection reused
      process kept running
      not reached
      plain http
      none configured
      the server declares no tools
      legacy era, 2025-11-25
      modern era, 2026-07-28
      legacy era, 2025-06-18
      12 tools
      10.0.0.1 and others
      192.168.1.34
      no answer to initialize within 10 s
      no answer to tools/list within 5 s
      tools/list is answered with error -32603: Internal error
      HTTP 401
      nothing listens at localhost:3000: Connection refused
      mcp-server 0.6.2
      """;

  private static final int[][] PRIMED = primed();

  private int @Nullable [][] tables;
  private int total;

  private static int[][] primed() {
    var tables = new int[2][TABLE];
    int before = 0;
    for (byte each : USUAL.getBytes(StandardCharsets.UTF_8)) {
      int next = each == '\n' ? 0 : each & 0xFF;
      for (int node = 1, bits = next | 0x100; node < 0x100; ) {
        int bit = bits >>> (Integer.numberOfLeadingZeros(node) - 24) & 1;
        adapt(tables, before, node, bit);
        node = node << 1 | bit;
      }
      before = next == 0 ? 0 : (before << 8 | next) & 0xFFFF;
    }
    return tables;
  }

  private static void adapt(int[][] tables, int before, int node, int bit) {
    int one = slotOfOne(before, node);
    int two = slotOfTwo(before, node);
    tables[0][one] = BitCoder.adapted(tables[0][one], bit);
    tables[1][two] = BitCoder.adapted(tables[1][two], bit);
  }

  private static int slotOfOne(int before, int node) {
    return (before & 0xFF) << 8 | node;
  }

  private static int slotOfTwo(int before, int node) {
    return (before * 0x9E3779B1 + node * 0x85EBCA6B) >>> 16;
  }

  String code(BitCoder coder, String text) {
    var slots = tables;
    if (slots == null) {
      slots = new int[][] {PRIMED[0].clone(), PRIMED[1].clone()};
      tables = slots;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var found = new ByteArrayOutputStream();
    int before = 0;
    int next;
    do {
      next = code(coder, slots, before, found.size() < bytes.length ? bytes[found.size()] : 0);
      if (next != 0) {
        found.write(next);
      }
      before = (before << 8 | next) & 0xFFFF;
    } while (next != 0 && found.size() <= MAX_BYTES);
    total += found.size();
    if (total > MAX_TOTAL || next != 0) {
      throw new IllegalArgumentException(
          "a chunk's texts have at most %d bytes together, and each at most %d"
              .formatted(MAX_TOTAL, MAX_BYTES));
    }
    return coder.isDecoding() ? found.toString(StandardCharsets.UTF_8) : text;
  }

  private static int code(BitCoder coder, int[][] tables, int before, int value) {
    int node = 1;
    for (int i = 7; i >= 0; i--) {
      int one = tables[0][slotOfOne(before, node)];
      int two = tables[1][slotOfTwo(before, node)];
      int trust = Math.min(BitCoder.uses(two), 3);
      int probability =
          (BitCoder.probability(one) * (4 - trust) + BitCoder.probability(two) * trust) >> 2;
      int bit = coder.bit(probability, value >>> i & 1);
      adapt(tables, before, node, bit);
      node = node << 1 | bit;
    }
    return node & 0xFF;
  }
}
