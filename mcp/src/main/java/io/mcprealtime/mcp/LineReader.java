package io.mcprealtime.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads lines of bytes; a line over the limit is dropped to its end, and told of once. */
final class LineReader {
  private static final int CHUNK_BYTES = 16 * 1024;

  private final InputStream in;
  private final int maxLineBytes;
  private final Sink sink;

  /** Takes what was read. */
  interface Sink {
    void line(byte[] line);

    void lineTooLong();

    /** The line that was too long has come to its end. */
    default void tooLongLineEnded() {}
  }

  LineReader(InputStream in, int maxLineBytes, Sink sink) {
    this.in = in;
    this.maxLineBytes = maxLineBytes;
    this.sink = sink;
  }

  /** Reads until the stream ends. */
  void run() throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean dropping = false;
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      int start = 0;
      for (int i = 0; i < read; i++) {
        if (chunk[i] == '\n') {
          if (!dropping && line.size() + i - start <= maxLineBytes) {
            line.write(chunk, start, i - start);
            sink.line(line.toByteArray());
          } else {
            if (!dropping) {
              sink.lineTooLong();
            }
            sink.tooLongLineEnded();
          }
          line = new ByteArrayOutputStream();
          dropping = false;
          start = i + 1;
        }
      }
      if (!dropping && line.size() + read - start > maxLineBytes) {
        dropping = true;
        line = new ByteArrayOutputStream();
        sink.lineTooLong();
      } else if (!dropping) {
        line.write(chunk, start, read - start);
      }
    }
    if (line.size() > 0 && !dropping) {
      sink.line(line.toByteArray());
    }
  }
}
