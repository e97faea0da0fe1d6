package io.mcprealtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mcprealtime.advice.AdviceBook;
import io.mcprealtime.internal.PeriodicJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for recommendations every few minutes, and keeps them in a file over a restart. */
final class AdviceJob implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdviceJob.class);
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  /** A larger file is none of ours. */
  private static final long MAX_BYTES = 32L << 20;

  private final AdviceBook book;
  private final @Nullable Path file;
  private final PeriodicJob looks;
  private String saved = "";

  /** Only read and written by the job. */
  private boolean begun;

  /**
   * @param file where they are kept; nowhere when null
   */
  AdviceJob(AdviceBook book, @Nullable Path file) {
    this.book = book;
    this.file = file == null ? null : file.toAbsolutePath();
    this.looks = new PeriodicJob("mcp-advice", INTERVAL, this::look);
  }

  /** Takes over what was kept, and begins. */
  void start() {
    var kept = file;
    if (kept != null && Files.exists(kept)) {
      load(kept);
    }
    looks.start();
  }

  private void load(Path kept) {
    try {
      if (Files.size(kept) > MAX_BYTES) {
        throw new IllegalArgumentException("it is larger than %d bytes".formatted(MAX_BYTES));
      }
      var text = Files.readString(kept);
      book.restore(text);
      synchronized (this) {
        saved = text;
      }
    } catch (IOException | IllegalArgumentException e) {
      setAside(kept, e);
    }
  }

  private static void setAside(Path kept, Exception why) {
    var aside = kept.resolveSibling(kept.getFileName() + ".broken");
    try {
      Files.move(kept, aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn(
          "recommendations of before are not known: {} cannot be read ({}) and is kept as {}",
          kept,
          why.getMessage(),
          aside);
    } catch (IOException e) {
      log.warn(
          "recommendations of before are not known: {} cannot be read ({}); move it away",
          kept,
          why.getMessage());
    }
  }

  /** Nothing is known yet at the first turn, which comes at once. */
  private void look() {
    if (begun) {
      book.look();
      save();
    }
    begun = true;
  }

  /** Whole or not at all; not again while nothing is new. */
  private synchronized void save() {
    var target = file;
    var text = book.save();
    if (target == null || text.equals(saved)) {
      return;
    }
    var temporary = target.resolveSibling(target.getFileName() + ".tmp");
    try {
      var directory = target.getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      try (var channel = FileChannel.open(temporary, CREATE, TRUNCATE_EXISTING, WRITE)) {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      saved = text;
    } catch (IOException e) {
      throw new McpRealtimeException(
          "recommendations cannot be kept in %s (%s); check its rights and the disk"
              .formatted(target, e.getClass().getSimpleName()),
          e);
    }
  }

  /** Ends, and keeps what is known. */
  @Override
  public void close() {
    looks.close();
    try {
      save();
    } catch (McpRealtimeException e) {
      log.warn("{}", e.getMessage());
    }
  }
}
