package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The embedded server's directory, locked for this process. Layout: {@code lock}, {@code password},
 * {@code server.log}, {@code pgdata} (the cluster) and {@code postgresql-VERSION-PLATFORM} (the
 * binaries). The lock is the operating system's, so it ends with the process however that ends.
 */
final class DataDirectory implements AutoCloseable {
  private final Path root;
  private final FileChannel channel;
  private final FileLock lock;

  private DataDirectory(Path root, FileChannel channel, FileLock lock) {
    this.root = root;
    this.channel = channel;
    this.lock = lock;
  }

  /** Creates the directory where it is missing, and locks it. */
  static DataDirectory open(Path directory) {
    create(directory);
    var root = realPath(directory);
    checkOwner(root);
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              root.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw notWritable(root, e);
    }
    try {
      var lock = tryLock(channel);
      if (lock == null) {
        var owner = readOwner(channel);
        channel.close();
        throw new StorageException(
            ("the data directory %s is in use by process %s; stop it or choose another with"
                    + " --data-dir")
                .formatted(root, owner),
            null);
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)),
          0);
      return new DataDirectory(root, channel, lock);
    } catch (IOException e) {
      closeQuietly(channel);
      throw notWritable(root, e);
    }
  }

  Path root() {
    return root;
  }

  Path cluster() {
    return root.resolve("pgdata");
  }

  Path passwordFile() {
    return root.resolve("password");
  }

  Path log() {
    return root.resolve("server.log");
  }

  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      // Closing the channel below gives up the lock as well.
    } finally {
      closeQuietly(channel);
    }
  }

  static StorageException notWritable(Path path, IOException cause) {
    return new StorageException(
        ("the data directory %s cannot be written to by user %s (%s); give it to that user or"
                + " choose another with --data-dir")
            .formatted(path, System.getProperty("user.name"), Files2.reason(cause)),
        cause);
  }

  private static void create(Path directory) {
    try {
      if (Files.isDirectory(directory)) {
        return;
      }
      var parent = directory.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      if (Files2.isPosix(parent == null ? directory.toAbsolutePath() : parent)) {
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(directory);
      }
    } catch (FileAlreadyExistsException e) {
      throw new StorageException(
          "the data directory %s is not a directory; choose another with --data-dir"
              .formatted(e.getFile()),
          e);
    } catch (IOException e) {
      throw notWritable(directory, e);
    }
  }

  private static Path realPath(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw notWritable(directory, e);
    }
  }

  /** Root could read another user's directory, but the server that it starts cannot. */
  private static void checkOwner(Path root) {
    if (!ServerLauncher.isRoot()) {
      return;
    }
    try {
      var owner = Files.getOwner(root, LinkOption.NOFOLLOW_LINKS).getName();
      if (!owner.equals("root")) {
        throw new StorageException(
            ("the data directory %s belongs to user %s, and root's server cannot write to it; run"
                    + " as that user, or choose another with --data-dir")
                .formatted(root, owner),
            null);
      }
    } catch (IOException | UnsupportedOperationException e) {
      // The owner is unknown here: initdb will say what is wrong, if anything is.
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String readOwner(FileChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(20);
    channel.read(buffer, 0);
    var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "(unknown)" : text;
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written through it that could be lost.
    }
  }
}
