package io.mcprealtime.redis;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** A socket that counts its bytes both ways and bounds those of an answer. */
final class MeteredSocket extends Socket {
  private final int maxAnswerBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong answerBytes = new AtomicLong();

  MeteredSocket(int maxAnswerBytes) {
    this.maxAnswerBytes = maxAnswerBytes;
  }

  /** The answer is larger than it may be. */
  static final class AnswerTooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    private AnswerTooLargeException(int max) {
      super("more than %d bytes".formatted(max));
    }
  }

  /** From here on an answer begins. */
  void beginAnswer() {
    answerBytes.set(0);
  }

  /** The bytes since this was asked before. */
  long takeBytes() {
    return bytes.getAndSet(0);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? -1 : 1);
        return read;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        count(read);
        return read;
      }

      private void count(int read) throws IOException {
        if (read > 0) {
          bytes.addAndGet(read);
          if (answerBytes.addAndGet(read) > maxAnswerBytes) {
            throw new AnswerTooLargeException(maxAnswerBytes);
          }
        }
      }
    };
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(super.getOutputStream()) {
      @Override
      public void write(int value) throws IOException {
        bytes.incrementAndGet();
        out.write(value);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        bytes.addAndGet(length);
        out.write(from, offset, length);
      }
    };
  }
}
