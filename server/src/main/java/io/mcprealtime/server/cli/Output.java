package io.mcprealtime.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A stream that remembers its first fault, which writers over it would swallow, and takes nothing
 * after it.
 */
final class Output extends OutputStream {
  private final OutputStream to;
  private volatile @Nullable IOException fault;

  Output(OutputStream to) {
    this.to = to;
  }

  /** The first fault; null without one. */
  @Nullable IOException fault() {
    return fault;
  }

  /** Whether that fault is that the reader of a pipe has gone, as {@code head} does. */
  static boolean readerHasGone(IOException fault) {
    // Systems word it in the language of the user, and all keep the word.
    return String.valueOf(fault.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    attempt(() -> to.write(bytes, offset, length));
  }

  @Override
  public void flush() throws IOException {
    attempt(to::flush);
  }

  private void attempt(Attempt attempt) throws IOException {
    var before = fault;
    if (before != null) {
      throw before;
    }
    try {
      attempt.run();
    } catch (IOException e) {
      fault = e;
      throw e;
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }
}
