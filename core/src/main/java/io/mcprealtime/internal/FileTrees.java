package io.mcprealtime.internal;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What the platform lacks for directories. */
public final class FileTrees {
  private FileTrees() {}

  /**
   * Deletes a file, or a directory with all that is in it; nothing when there is none. A link goes
   * and what it leads to stays.
   *
   * @throws IOException when something cannot be deleted; what was deleted before is gone
   */
  public static void delete(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException fault)
              throws IOException {
            if (fault != null) {
              throw fault;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * Puts the names of a directory's files on disk, so that they are there after a power cut.
   *
   * @throws IOException when the disk fails
   */
  public static void sync(Path directory) throws IOException {
    if (File.separatorChar == '\\') {
      // Windows opens no directory; its file system keeps names by itself.
      return;
    }
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some network file systems sync no directory, and say so by EINVAL.
      if (!"Invalid argument".equals(e.getMessage())) {
        throw e;
      }
    }
  }
}
