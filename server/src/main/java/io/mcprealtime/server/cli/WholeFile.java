package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A file that appears under its name when all of it is there, and never half. */
final class WholeFile implements AutoCloseable {
  private final Path target;
  private final Path part;
  private final FileChannel channel;

  private WholeFile(Path target, Path part, FileChannel channel) {
    this.target = target;
    this.part = part;
    this.channel = channel;
  }

  /**
   * Begins to write beside that file, which is replaced at the end if it exists.
   *
   * @throws McpRealtimeException when nothing can be written there
   */
  static WholeFile create(Path file) throws IOException {
    // The file behind a link is replaced, not the link.
    var target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    var part = target.resolveSibling(".%s.%d.part".formatted(target.getFileName(), pid()));
    try {
      // A part that an end by force left may be readable by others.
      Files.deleteIfExists(part);
      return new WholeFile(target, part, open(part, target));
    } catch (IOException e) {
      throw new McpRealtimeException(
          "%s cannot be written; is its directory there, and writable?".formatted(file), e);
    }
  }

  /** Whoever may not read what is replaced may not read the new one either, from its first byte. */
  private static FileChannel open(Path part, Path target) throws IOException {
    var permissions = permissions(target);
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (permissions.isEmpty()) {
      return FileChannel.open(part, options);
    }
    var channel =
        FileChannel.open(part, options, PosixFilePermissions.asFileAttribute(permissions.get()));
    try {
      // The process's mask may have taken some away.
      Files.setPosixFilePermissions(part, permissions.get());
      return channel;
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(part);
      throw e;
    }
  }

  /** Those of the file; absent without one, and where the file system has none. */
  private static Optional<Set<PosixFilePermission>> permissions(Path file) throws IOException {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return view == null || !Files.exists(file)
        ? Optional.empty()
        : Optional.of(view.readAttributes().permissions());
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  OutputStream stream() {
    return Channels.newOutputStream(channel);
  }

  /** Gives the file its name, when all of it is on the disk. */
  void finish() throws IOException {
    try {
      channel.force(true);
      channel.close();
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new McpRealtimeException(
          "%s cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  /** Leaves nothing behind when it was not finished. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(part);
  }
}
