package io.mcprealtime.catalog;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One difference between two catalogs. Its texts show characters that people cannot see by their
 * code points.
 *
 * @param kind of the entry that changed
 * @param name of the entry that changed, as the server wrote it
 * @param sentence what changed, for people: {@code tool 'read_file': parameter 'path' is required
 *     now}
 * @param before the text or value that was, where there is one; the part that differs of a long one
 * @param after the same of what is now
 */
public record CatalogChange(
    CatalogEntry.Kind kind,
    String name,
    ChangeClass changeClass,
    String sentence,
    @Nullable String before,
    @Nullable String after) {
  public CatalogChange {
    requireNonNull(kind, "kind");
    requireNonNull(name, "name");
    requireNonNull(changeClass, "changeClass");
    requireNonNull(sentence, "sentence");
  }
}
