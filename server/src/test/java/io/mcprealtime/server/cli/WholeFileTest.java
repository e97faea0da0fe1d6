package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeFileTest {
  @TempDir private Path folder;

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void file_appearsWhenFinished() throws IOException {
    var file = folder.resolve("out.csv");
    try (var written = WholeFile.create(file)) {
      written.stream().write(7);
      assertThat(file).doesNotExist();
      written.finish();
    }
    assertThat(file).hasBinaryContent(new byte[] {7});
    assertThat(names()).containsExactly("out.csv");
  }

  @Test
  void notFinished_leavesWhatWasThere() throws IOException {
    var file = Files.writeString(folder.resolve("out.csv"), "before");
    try (var written = WholeFile.create(file)) {
      written.stream().write(7);
    }
    assertThat(file).hasContent("before");
    assertThat(names()).containsExactly("out.csv");
  }

  @Test
  void aLink_staysOne() throws IOException {
    var file = Files.writeString(folder.resolve("real.csv"), "before");
    var link = Files.createSymbolicLink(folder.resolve("link.csv"), file);
    try (var written = WholeFile.create(link)) {
      written.stream().write('x');
      written.finish();
    }
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("x");
  }

  /** 600 is less than a new file gets, 666 more than the usual mask leaves. */
  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-rw-rw-", "rw-r-----"})
  void aFileThatIsReplaced_keepsItsPermissions(String text) throws IOException {
    assumeTrue(
        Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class),
        "no permissions here");
    var permissions = PosixFilePermissions.fromString(text);
    var file = Files.writeString(folder.resolve("out.csv"), "before");
    Files.setPosixFilePermissions(file, permissions);
    try (var written = WholeFile.create(file)) {
      try (var files = Files.list(folder)) {
        assertThat(files)
            .hasSize(2)
            .allSatisfy(
                one -> assertThat(Files.getPosixFilePermissions(one)).isEqualTo(permissions));
      }
      written.stream().write('x');
      written.finish();
    }
    assertThat(file).hasContent("x");
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(permissions);
  }

  @Test
  void aPartLeftByOneThatWasEndedByForce_isReplaced() throws IOException {
    var file = Files.writeString(folder.resolve("out.csv"), "before");
    var part = folder.resolve(".out.csv.%d.part".formatted(ProcessHandle.current().pid()));
    Files.writeString(part, "longer than what comes");
    try (var written = WholeFile.create(file)) {
      written.stream().write('x');
      written.finish();
    }
    assertThat(file).hasContent("x");
    assertThat(names()).containsExactly("out.csv");
  }

  @Test
  void aMissingDirectory_isTold() {
    assertThatThrownBy(() -> WholeFile.create(folder.resolve("none/out.csv")))
        .hasMessageContaining("none/out.csv cannot be written; is its directory there");
  }
}
