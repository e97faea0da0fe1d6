package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads comma-separated values (RFC 4180) row by row, in memory that does not grow with the file.
 * Bytes are kept as they are; lines of white space alone and a byte order mark are passed over: a
 * row has two cells at least. Lines may end in LF, CRLF or CR, the last one in nothing.
 */
final class CsvRows {
  /** A row beyond this is a quote that was left open, or no table. */
  static final int MAX_ROW_BYTES = 1 << 20;

  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final int HEAD = 3;

  private final InputStream in;
  private final String source;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;

  private byte[] row = new byte[512];
  private int length;
  private int[] ends = new int[16];
  private int cells;
  private byte[] lineEnd = {'\n'};
  private long line;
  private long nextLine = 1;

  /**
   * @param source what is read, for messages
   */
  CsvRows(InputStream in, String source) {
    this.in = in;
    this.source = source;
  }

  /** Whether a row was read; there is none at the end. */
  boolean next() {
    if (line == 0) {
      begin();
    }
    do {
      line = nextLine;
      if (!read()) {
        return false;
      }
    } while (isBlank());
    return true;
  }

  private boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (row[i] != ' ' && row[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  /** Whether the next row may have to be waited for. */
  boolean mayWait() {
    try {
      return position == limit && in.available() == 0;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The line on which the row begins; the first is 1. */
  long line() {
    return line;
  }

  int cells() {
    return cells;
  }

  /** A cell's text, without quotes and spaces around it. */
  String cell(int index) {
    int from = index == 0 ? 0 : ends[index - 1] + 1;
    var text = new String(row, from, ends[index] - from, StandardCharsets.UTF_8).strip();
    if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
      return text.substring(1, text.length() - 1).replace("\"\"", "\"").strip();
    }
    return text;
  }

  /** The row as it stands, without its line's end; valid until the next one, {@link #length()}. */
  byte[] bytes() {
    return row;
  }

  int length() {
    return length;
  }

  /** How the row's line ended, or, where it ended with the file, the line before it. */
  byte[] lineEnd() {
    return lineEnd;
  }

  // ---- reading

  private void begin() {
    while (limit < HEAD && fill(limit)) {
      // A pipe may give one byte at a time.
    }
    if (startsWith(0xFF, 0xFE) || startsWith(0xFE, 0xFF)) {
      throw new McpRealtimeException("%s is UTF-16; convert it to UTF-8".formatted(source));
    }
    if (startsWith(0x1F, 0x8B)) {
      throw new McpRealtimeException(
          "%s is compressed; decompress it: gunzip -c FILE | mcp-realtime detect -"
              .formatted(source));
    }
    if (limit >= MARK.length && Arrays.equals(buffer, 0, MARK.length, MARK, 0, MARK.length)) {
      position = MARK.length;
    }
  }

  private boolean startsWith(int first, int second) {
    return limit > 1 && (buffer[0] & 0xFF) == first && (buffer[1] & 0xFF) == second;
  }

  private boolean fill(int from) {
    try {
      int count = in.read(buffer, from, buffer.length - from);
      limit = from + Math.max(0, count);
      return count >= 0;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private McpRealtimeException unreadable(IOException fault) {
    return new McpRealtimeException(
        "%s cannot be read after line %d: %s".formatted(source, line, fault.getMessage()), fault);
  }

  /** The next byte, or -1 at the end; it stays the next one. */
  private int peek() {
    while (position == limit) {
      position = 0;
      if (!fill(0)) {
        return -1;
      }
    }
    return buffer[position] & 0xFF;
  }

  private boolean read() {
    length = 0;
    cells = 0;
    boolean quoted = false;
    boolean afterQuote = false;
    int cellBegin = 0;
    for (int c = peek(); c >= 0; c = peek()) {
      position++;
      if (c == '"') {
        boolean opens = length == cellBegin || afterQuote;
        afterQuote = quoted;
        quoted = !quoted && opens;
      } else if (!quoted && c == ',') {
        endCell();
        cellBegin = length + 1;
        afterQuote = false;
      } else if (!quoted && (c == '\n' || c == '\r')) {
        endLine(c);
        return true;
      } else if (c == '\n') {
        nextLine++;
      } else {
        afterQuote = false;
      }
      append((byte) c);
    }
    if (quoted) {
      throw new McpRealtimeException(
          "%s, line %d: a quote is opened and never closed".formatted(source, line));
    }
    endCell();
    return length > 0;
  }

  private void endLine(int c) {
    nextLine++;
    endCell();
    if (c == '\n') {
      lineEnd = new byte[] {'\n'};
    } else if (peek() == '\n') {
      position++;
      lineEnd = new byte[] {'\r', '\n'};
    } else {
      lineEnd = new byte[] {'\r'};
    }
  }

  private void endCell() {
    if (cells == ends.length) {
      ends = Arrays.copyOf(ends, 2 * cells);
    }
    ends[cells++] = length;
  }

  private void append(byte c) {
    if (length == row.length) {
      if (length == MAX_ROW_BYTES) {
        throw new McpRealtimeException(
            "%s, line %d: the row is longer than %,d bytes; is a quote left open there?"
                .formatted(source, line, MAX_ROW_BYTES));
      }
      row = Arrays.copyOf(row, 2 * length);
    }
    row[length++] = c;
  }
}
