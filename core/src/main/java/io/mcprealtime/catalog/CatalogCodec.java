package io.mcprealtime.catalog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** A catalog as few bytes: gzip of a JSON array of {@code [kind, name, definition]}. */
public final class CatalogCodec {
  /** A catalog that takes more bytes is not kept. */
  public static final int MAX_BYTES = 1_000_000;

  /** The same before it is compressed. */
  public static final int MAX_PLAIN_BYTES = 8_000_000;

  // Half a character can stand in JSON only as an escape.
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private CatalogCodec() {}

  /**
   * Encodes.
   *
   * @throws CatalogTooLargeException when it takes more than {@link #MAX_BYTES} bytes
   */
  public static byte[] encode(Catalog catalog) {
    long characters = 0;
    for (var entry : catalog.entries()) {
      characters += entry.name().length() + entry.definition().length();
    }
    if (characters > MAX_PLAIN_BYTES) {
      throw new CatalogTooLargeException(characters, MAX_PLAIN_BYTES);
    }
    var array = MAPPER.createArrayNode();
    catalog
        .entries()
        .forEach(
            entry ->
                array
                    .addArray()
                    .add(entry.kind().wireName())
                    .add(entry.name())
                    .add(entry.definition()));
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(MAPPER.writeValueAsString(array).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.size() > MAX_BYTES) {
      throw new CatalogTooLargeException(bytes.size(), MAX_BYTES);
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes.
   *
   * @throws IllegalArgumentException when the bytes are no catalog
   */
  public static Catalog decode(byte[] bytes) {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      var entries = new ArrayList<CatalogEntry>();
      for (var entry : MAPPER.readTree(gzip)) {
        entries.add(
            new CatalogEntry(
                CatalogEntry.Kind.valueOf(entry.path(0).stringValue("").toUpperCase(Locale.ROOT)),
                entry.path(1).stringValue(),
                entry.path(2).stringValue()));
      }
      return new Catalog(entries);
    } catch (IOException | JacksonException e) {
      throw new IllegalArgumentException("these bytes are no catalog: " + e.getMessage(), e);
    }
  }
}
