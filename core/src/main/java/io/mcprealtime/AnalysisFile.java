package io.mcprealtime;

import io.mcprealtime.analysis.AnomalyWatch;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that keeps what is usual for each server over a restart: records of a length, a checksum
 * and the bytes. It is replaced as a whole. What cannot be read of it is learnt again from what is
 * stored, so it is never worth an error.
 */
final class AnalysisFile {
  private static final Logger log = LoggerFactory.getLogger(AnalysisFile.class);
  private static final int MAGIC = 0x4D435041;
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;

  AnalysisFile(Path file) {
    this.file = file;
  }

  /** The states in the file that are whole; where some are not, a copy of it is kept beside. */
  List<AnomalyWatch> read() {
    var found = new ArrayList<AnomalyWatch>();
    if (!Files.exists(file)) {
      return found;
    }
    String fault = null;
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC) {
        throw new IOException("it is no file of this program");
      }
      for (int length = in.readInt(); length != 0; length = in.readInt()) {
        long expected = in.readLong();
        if (length < 0 || length > MOST_BYTES) {
          throw new IOException("a record has " + length + " bytes");
        }
        byte[] state = in.readNBytes(length);
        if (state.length < length) {
          throw new EOFException();
        }
        fault = restore(state, expected, found, fault);
      }
    } catch (EOFException e) {
      fault = "it ends early";
    } catch (IOException e) {
      fault = e.getMessage();
    }
    if (fault != null) {
      keepAside(found.size(), fault);
    }
    return found;
  }

  private static @Nullable String restore(
      byte[] state, long expected, List<AnomalyWatch> found, @Nullable String fault) {
    if (checksum(state) != expected) {
      return "a record is damaged";
    }
    try {
      found.add(AnomalyWatch.restore(state));
      return fault;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  private void keepAside(int whole, String fault) {
    var aside = file.resolveSibling(file.getFileName() + ".broken");
    try {
      Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn(
          "{} is read for {} servers only, the others are learnt again from a day of what is stored:"
              + " {}. A copy is kept as {}",
          file,
          whole,
          fault,
          aside.getFileName());
    } catch (IOException e) {
      log.warn(
          "{} is read for {} servers only, the others are learnt again from a day of what is stored:"
              + " {}. No copy can be kept: {}",
          file,
          whole,
          fault,
          e.getMessage());
    }
  }

  /** Replaces the file. One that cannot be written is left as it is, and told. */
  void write(Consumer<Consumer<byte[]>> states) {
    var beside = file.resolveSibling(file.getFileName() + ".new");
    try {
      var parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try (var stream = new FileOutputStream(beside.toFile());
          var out = new DataOutputStream(new BufferedOutputStream(stream))) {
        out.writeInt(MAGIC);
        states.accept(state -> write(out, state));
        out.writeInt(0);
        out.flush();
        stream.getFD().sync();
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | UncheckedIOException e) {
      throw new McpRealtimeException(
          "what is usual for the servers is not kept in %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void write(DataOutputStream out, byte[] state) {
    try {
      out.writeInt(state.length);
      out.writeLong(checksum(state));
      out.write(state);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long checksum(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return crc.getValue();
  }
}
