package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.storage.StorageException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherPartsTest {
  @TempDir private Path directory;

  @Test
  void binaries_ofAnUnknownPlatform_pointToDatabaseUrl() {
    assertThatThrownBy(() -> PostgresBinaries.of("Windows 11", "amd64"))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "no embedded PostgreSQL comes for windows-x86_64; set DATABASE_URL to a PostgreSQL of"
                + " your own");
    assertThatThrownBy(() -> PostgresBinaries.of("Mac OS X", "aarch64"))
        .hasMessageContaining("darwin-arm_64");
    assertThatThrownBy(() -> PostgresBinaries.of("SunOS", "sparcv9"))
        .hasMessageContaining("sunos-sparcv9");
    assertThat(PostgresBinaries.of("Linux", "aarch64").major()).isEqualTo("17");
    assertThat(PostgresBinaries.of("Linux", "amd64").major()).isEqualTo("17");
  }

  @Test
  void log_isBoundedAndKeepsItsLastLines() throws Exception {
    var file = directory.resolve("server.log");
    var text =
        IntStream.range(0, 30_000)
            .mapToObj(i -> "%06d %s".formatted(i, "x".repeat(100)))
            .collect(Collectors.joining("\n"));

    var log = BoundedLog.of(file, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    log.awaitEnd();

    assertThat(log.lastLines()).hasSize(12).last().asString().startsWith("029999 ");
    assertThat(Files.size(file)).isLessThan(1_100_000);
    assertThat(Files.size(directory.resolve("server.log.1"))).isLessThan(1_100_000);
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void log_thatCannotBeWritten_stillKeepsItsLastLines() {
    var log =
        BoundedLog.of(
            directory.resolve("none/server.log"),
            new ByteArrayInputStream("one\ntwo\n".getBytes(StandardCharsets.UTF_8)));
    log.awaitEnd();

    assertThat(log.lastLines()).containsExactly("one", "two");
  }

  @Test
  void postmasterFile_halfWritten_isNotReady() throws Exception {
    assertThat(PostmasterFile.read(directory)).isEmpty();
    Files.writeString(directory.resolve("postmaster.pid"), "");
    assertThat(PostmasterFile.read(directory)).isEmpty();
    Files.writeString(directory.resolve("postmaster.pid"), "x\n");
    assertThat(PostmasterFile.read(directory)).isEmpty();
    Files.writeString(directory.resolve("postmaster.pid"), "12\n/data\n");
    assertThat(PostmasterFile.read(directory)).contains(new PostmasterFile(12, false));
  }
}
