package io.mcprealtime.mcp;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes to a pipe in order without a thread of its own. A write blocks while the reader does not
 * read, so it happens on an executor; the end of the process unblocks it.
 */
final class SerialWriter {
  /** What may wait for a reader that does not read. A single text may be larger. */
  static final int MAX_WAITING_BYTES = 4 * 1024 * 1024;

  private final OutputStream out;
  private final Executor executor;
  private final Queue<Write> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean busy = new AtomicBoolean();

  private final AtomicLong waitingBytes = new AtomicLong();

  private record Write(String text, int bytes, CompletableFuture<Done> written) {}

  /** The reader does not read, and too much waits for it already. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1L;

    private FullException() {
      super("more than %d bytes wait to be read".formatted(MAX_WAITING_BYTES));
    }
  }

  SerialWriter(OutputStream out, Executor executor) {
    this.out = out;
    this.executor = executor;
  }

  CompletableFuture<Done> write(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    long waiting = waitingBytes.addAndGet(bytes);
    if (waiting > MAX_WAITING_BYTES && waiting > bytes) {
      waitingBytes.addAndGet(-bytes);
      return CompletableFuture.failedFuture(new FullException());
    }
    CompletableFuture<Done> written = new CompletableFuture<>();
    queue.add(new Write(text, bytes, written));
    executor.execute(this::drain);
    return written;
  }

  private void drain() {
    while (!queue.isEmpty() && busy.compareAndSet(false, true)) {
      try {
        for (Write write = queue.poll(); write != null; write = queue.poll()) {
          writeNow(write);
        }
      } finally {
        busy.set(false);
      }
    }
  }

  private void writeNow(Write write) {
    try {
      out.write(write.text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      waitingBytes.addAndGet(-write.bytes);
      write.written.complete(Done.DONE);
    } catch (IOException e) {
      waitingBytes.addAndGet(-write.bytes);
      write.written.completeExceptionally(e);
    }
  }

  /** Closes the pipe; blocks while a write does. */
  void close() {
    try {
      out.close();
    } catch (IOException e) {
      // The reader is gone already, and with it the wish to tell it of the end.
    }
  }
}
