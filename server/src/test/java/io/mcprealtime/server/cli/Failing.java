package io.mcprealtime.server.cli;

import java.io.IOException;
import java.io.OutputStream;

/** A stream that has room for so many bytes. */
final class Failing extends OutputStream {
  private final String message;
  private long room;

  private Failing(long room, String message) {
    this.room = room;
    this.message = message;
  }

  static Failing after(long bytes, String message) {
    return new Failing(bytes, message);
  }

  @Override
  public void write(int one) throws IOException {
    if (room-- <= 0) {
      throw new IOException(message);
    }
  }
}
