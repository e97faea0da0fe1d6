package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void aMissingDirectory_isTold() {
    assertThatThrownBy(() -> WholeFile.create(folder.resolve("none/out.csv")))
        .hasMessageContaining("none/out.csv cannot be written; is its directory there");
  }
}
