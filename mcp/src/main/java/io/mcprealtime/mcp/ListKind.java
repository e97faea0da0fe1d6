package io.mcprealtime.mcp;

import io.mcprealtime.catalog.CatalogEntry;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A list that a server may offer. */
enum ListKind {
  TOOLS("tools", "tools/list", "tools", "name", "tool", CatalogEntry.Kind.TOOL),
  PROMPTS("prompts", "prompts/list", "prompts", "name", "prompt", CatalogEntry.Kind.PROMPT),
  RESOURCES(
      "resources", "resources/list", "resources", "uri", "resource", CatalogEntry.Kind.RESOURCE),
  TEMPLATES(
      "resources",
      "resources/templates/list",
      "resourceTemplates",
      "uriTemplate",
      "resource template",
      CatalogEntry.Kind.RESOURCE_TEMPLATE);

  private final String capability;
  private final String method;
  private final String field;
  private final String nameField;
  private final String noun;
  private final CatalogEntry.Kind entryKind;

  ListKind(
      String capability,
      String method,
      String field,
      String nameField,
      String noun,
      CatalogEntry.Kind entryKind) {
    this.capability = capability;
    this.method = method;
    this.field = field;
    this.nameField = nameField;
    this.noun = noun;
    this.entryKind = entryKind;
  }

  /** The lists of the capabilities that the server declares. */
  static List<ListKind> declaredBy(ServerInfo info) {
    return Arrays.stream(values())
        .filter(kind -> info.capabilities().has(kind.capability))
        .toList();
  }

  /** The lists that a notification says have changed. */
  static List<ListKind> changedBy(String notification) {
    return Arrays.stream(values())
        .filter(
            kind -> "notifications/%s/list_changed".formatted(kind.capability).equals(notification))
        .toList();
  }

  String method() {
    return method;
  }

  /** Where the entries stand in the result. */
  String field() {
    return field;
  }

  /** Where the name stands in an entry. */
  String nameField() {
    return nameField;
  }

  CatalogEntry.Kind entryKind() {
    return entryKind;
  }

  /** So many of them, in words. */
  String count(int entries) {
    return entries + " " + noun + (entries == 1 ? "" : "s");
  }

  /**
   * What a refusal means: many servers declare resources and know nothing of templates, which the
   * protocol lets them.
   */
  Optional<Listing> insteadOf(McpException refusal) {
    boolean none = this == TEMPLATES && refusal.code() == Protocol.METHOD_NOT_FOUND;
    return none ? Optional.of(Listing.NONE) : Optional.empty();
  }
}
