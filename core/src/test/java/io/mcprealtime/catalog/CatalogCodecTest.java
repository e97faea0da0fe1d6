package io.mcprealtime.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.catalog.CatalogEntry.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CatalogCodecTest {
  @Test
  void decode_givesWhatWasEncoded() {
    var catalog =
        new Catalog(
            List.of(
                new CatalogEntry(Kind.TOOL, "läs 😀 \u0000 \ud800", "{\"a\":\"\udc00 ü\"}"),
                new CatalogEntry(Kind.RESOURCE_TEMPLATE, "file:///{x}", "{}")));

    var decoded = CatalogCodec.decode(CatalogCodec.encode(catalog));

    assertThat(decoded).isEqualTo(catalog);
    assertThat(decoded.hash()).isEqualTo(catalog.hash());
    assertThat(CatalogCodec.decode(CatalogCodec.encode(new Catalog(List.of()))).entries())
        .isEmpty();
  }

  @Test
  void encode_ofTooMuch_isRefused() {
    var random = new Random(1);
    var entries = new ArrayList<CatalogEntry>();
    for (int i = 0; i < 200; i++) {
      var text = new StringBuilder();
      random.ints(10_000, 'a', 'z' + 1).forEach(text::appendCodePoint);
      entries.add(new CatalogEntry(Kind.TOOL, "t" + i, "\"" + text + "\""));
    }
    var noise = new Catalog(entries);
    var much =
        new Catalog(
            List.of(new CatalogEntry(Kind.TOOL, "t", "a".repeat(CatalogCodec.MAX_PLAIN_BYTES))));

    assertThatThrownBy(() -> CatalogCodec.encode(noise))
        .isInstanceOf(CatalogTooLargeException.class)
        .hasMessageMatching(
            "the catalog takes 1,[0-9]{3},[0-9]{3} bytes, and at most 1,000,000 are kept: let the"
                + " server offer less");
    assertThatThrownBy(() -> CatalogCodec.encode(much))
        .isInstanceOf(CatalogTooLargeException.class)
        .hasMessageContaining("8,000,001 bytes, and at most 8,000,000 are kept");
  }

  @Test
  void decode_ofSomethingElse_isRefused() {
    assertThatThrownBy(() -> CatalogCodec.decode(new byte[] {1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("these bytes are no catalog: ");
  }
}
