package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreesTest {
  @TempDir private Path directory;

  @Test
  void delete_ofATree_leavesWhatItsLinksLeadTo() throws IOException {
    var kept = Files.createDirectory(directory.resolve("kept"));
    Files.writeString(kept.resolve("file"), "kept");
    var tree = directory.resolve("tree");
    Files.createDirectories(tree.resolve("inner"));
    Files.writeString(tree.resolve("inner").resolve("file"), "gone");
    Files.createSymbolicLink(tree.resolve("link"), kept);

    FileTrees.delete(tree);
    assertThat(tree).doesNotExist();
    assertThat(kept.resolve("file")).hasContent("kept");
  }

  @Test
  void delete_ofALinkToNowhere_deletesTheLink() throws IOException {
    var link = directory.resolve("link");
    Files.createSymbolicLink(link, directory.resolve("nowhere"));

    FileTrees.delete(link);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void delete_ofNothing_doesNothing() throws IOException {
    FileTrees.delete(directory.resolve("nothing"));
    assertThat(directory).isEmptyDirectory();
  }
}
