package io.mcprealtime.archive;

import io.mcprealtime.internal.FileTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;

/**
 * The directory of an export while it is written: it lies beside the one that is asked for, under
 * its name with {@value #PARTIAL}, and takes that name when it is whole and on the disk.
 */
final class ExportFolder {
  static final String PARTIAL = ".partial";

  private final Path target;
  private final Path parent;
  private final Path partial;

  ExportFolder(Path directory) {
    this.target = directory.toAbsolutePath().normalize();
    var above = target.getParent();
    if (above == null) {
      throw new ArchiveException(
          "%s cannot be an export; name a directory in it".formatted(target));
    }
    this.parent = above;
    this.partial = parent.resolve(target.getFileName() + PARTIAL);
  }

  Path file(String name) {
    return partial.resolve(name);
  }

  /** What an earlier export left unfinished may go; anything else is not ours to replace. */
  void prepare() {
    if (Files.exists(target.resolve(Manifest.FILE_NAME))) {
      throw new ArchiveException(
          "%s holds an export already; name another directory".formatted(target));
    }
    try {
      makeParent();
      removeEmptyTarget();
      FileTrees.delete(partial);
      Files.createDirectory(partial);
    } catch (IOException e) {
      throw new ArchiveException("cannot write an export to %s: %s".formatted(target, e), e);
    }
  }

  /** With the names of what is made on the disk: an export may be all that is left of data. */
  private void makeParent() throws IOException {
    var missing = new ArrayList<Path>();
    for (Path path = parent; path != null && !Files.exists(path); path = path.getParent()) {
      missing.add(path);
    }
    Files.createDirectories(parent);
    for (var made : missing) {
      var above = made.getParent();
      if (above != null) {
        FileTrees.sync(above);
      }
    }
  }

  /** A directory takes the name of none that is there, so an empty one makes way. */
  private void removeEmptyTarget() throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new ArchiveException("%s is no directory of its own; name another".formatted(target));
    }
    if (target.equals(Path.of("").toAbsolutePath().normalize())) {
      throw new ArchiveException(
          "%s is the working directory; name a directory in it".formatted(target));
    }
    try {
      Files.delete(target);
    } catch (DirectoryNotEmptyException e) {
      throw new ArchiveException(
          "%s is not empty: %s is in it; name another directory".formatted(target, anyOf(target)),
          e);
    } catch (IOException e) {
      throw new ArchiveException(
          "%s cannot be replaced by an export (%s); name a directory in it".formatted(target, e),
          e);
    }
  }

  private static Path anyOf(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(Path::getFileName).min(Path::compareTo).orElse(directory);
    }
  }

  /** Writes the manifest and gives the directory its name: from then on it is an export. */
  void finish(Manifest manifest) throws IOException {
    for (var entry : manifest.files()) {
      if (Files.size(file(entry.name())) != entry.fileBytes()) {
        throw new IOException("%s was changed meanwhile".formatted(file(entry.name())));
      }
    }
    write(file(Manifest.FILE_NAME), manifest.encode());
    FileTrees.sync(partial);
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    FileTrees.sync(parent);
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Removes what was written, as far as it can be. */
  void giveUp() {
    try {
      FileTrees.delete(partial);
    } catch (IOException e) {
      // It stays under a name that nobody takes for an export, and the next one replaces it.
    }
  }
}
