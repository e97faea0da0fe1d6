package io.mcprealtime.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.catalog.CatalogEntry.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class CatalogDiffTest {
  private static final String PAIRS = "/io/mcprealtime/catalog/pairs.csv";

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  private static CatalogEntry entry(Kind kind, String name, String definition) {
    return CatalogEntry.of(kind, name, json(definition));
  }

  private static Catalog catalog(CatalogEntry... entries) {
    return new Catalog(List.of(entries));
  }

  /** A definition of its own, or the part of a tool that the place says. */
  private static Catalog of(String place, String text) {
    return switch (place) {
      case "in" ->
          catalog(entry(Kind.TOOL, "t", "{\"name\":\"t\",\"inputSchema\":%s}".formatted(text)));
      case "out" ->
          catalog(entry(Kind.TOOL, "t", "{\"name\":\"t\",\"outputSchema\":%s}".formatted(text)));
      case "hints" ->
          catalog(entry(Kind.TOOL, "t", "{\"name\":\"t\",\"annotations\":%s}".formatted(text)));
      default -> catalog(entry(Kind.valueOf(place), "t", text));
    };
  }

  private static String told(CatalogDiff diff) {
    var lines = new ArrayList<String>();
    diff.changes()
        .forEach(change -> lines.add(change.changeClass().wireName() + " " + change.sentence()));
    return String.join(" | ", lines);
  }

  @ParameterizedTest
  @CsvFileSource(resources = PAIRS, delimiter = '~', maxCharsPerColumn = 20_000)
  void pair_isToldAsItIs(String place, String before, String after, String expected) {
    var diff = CatalogDiff.between(of(place, before), of(place, after));

    assertThat(told(diff)).isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @CsvFileSource(resources = PAIRS, delimiter = '~', maxCharsPerColumn = 20_000)
  void pair_thatIsTheSame_hasNoDifference(String place, String before, String after) {
    for (var text : List.of(before, after)) {
      var shuffled = shuffle(json(text), new Random(7)).toString();

      assertThat(CatalogDiff.between(of(place, text), of(place, shuffled)).isEmpty()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvFileSource(resources = PAIRS, delimiter = '~', maxCharsPerColumn = 20_000)
  void pair_theOtherWayRound_isAChangeAsWell(String place, String before, String after) {
    var there = CatalogDiff.between(of(place, before), of(place, after));
    var back = CatalogDiff.between(of(place, after), of(place, before));

    assertThat(back.isEmpty()).isEqualTo(there.isEmpty());
    assertThat(there.worst().isPresent()).isEqualTo(!there.isEmpty());
  }

  private static JsonNode shuffle(JsonNode node, Random random) {
    if (node instanceof ArrayNode array) {
      var copy = array.arrayNode();
      array.forEach(one -> copy.add(shuffle(one, random)));
      return copy;
    }
    if (node instanceof ObjectNode object) {
      var names = new ArrayList<>(object.propertyNames());
      Collections.shuffle(names, random);
      var copy = object.objectNode();
      names.forEach(name -> copy.set(name, shuffle(object.get(name), random)));
      return copy;
    }
    return node;
  }

  @Test
  void entries_inAnotherOrder_areTheSame() {
    var entries =
        new ArrayList<>(
            IntStream.range(0, 30)
                .mapToObj(
                    i -> entry(Kind.values()[i % 4], "e" + i, "{\"name\":\"e%d\"}".formatted(i)))
                .toList());
    var before = new Catalog(entries);
    Collections.shuffle(entries, new Random(3));

    assertThat(CatalogDiff.between(before, new Catalog(entries)).isEmpty()).isTrue();
  }

  @Test
  void added_andRemoved_mirrorEachOther() {
    var one = catalog(entry(Kind.TOOL, "a", "{}"), entry(Kind.PROMPT, "a", "{}"));
    var two =
        catalog(
            entry(Kind.TOOL, "a", "{}"),
            entry(Kind.TOOL, "b", "{}"),
            entry(Kind.RESOURCE, "file:///a", "{}"),
            entry(Kind.RESOURCE_TEMPLATE, "file:///{a}", "{}"));

    var there = CatalogDiff.between(one, two);
    var back = CatalogDiff.between(two, one);

    assertThat(told(there))
        .isEqualTo(
            "breaking prompt 'a' is gone | additive tool 'b' is new | additive resource 'file:///a'"
                + " is new | additive resource template 'file:///{a}' is new");
    assertThat(there.worst()).hasValue(ChangeClass.BREAKING);
    assertThat(back.count(ChangeClass.BREAKING)).isEqualTo(there.count(ChangeClass.ADDITIVE));
    assertThat(back.count(ChangeClass.ADDITIVE)).isEqualTo(there.count(ChangeClass.BREAKING));
    assertThat(there.summary(2)).endsWith("tool 'b' is new; and 2 more");
  }

  @Test
  void entries_ofOneName_cannotBeTold() {
    var one = catalog(entry(Kind.TOOL, "a", "{\"description\":\"x\"}"));
    var two =
        catalog(
            entry(Kind.TOOL, "a", "{\"description\":\"x\"}"),
            entry(Kind.TOOL, "a", "{\"description\":\"y\"}"));

    assertThat(told(CatalogDiff.between(one, two)))
        .isEqualTo(
            "breaking tool 'a' is there 2 times, and was there 1 times: which one counts cannot be told");
    assertThat(CatalogDiff.between(two, two).isEmpty()).isTrue();
  }

  @Test
  void description_thatChanged_isShownBeforeAndAfter() {
    var before = catalog(entry(Kind.TOOL, "search", "{\"description\":\"Searches.\"}"));
    var after =
        catalog(entry(Kind.TOOL, "search", "{\"description\":\"Searches, then deletes.\"}"));

    var change = CatalogDiff.between(before, after).changes().get(0);

    assertThat(change.changeClass()).isEqualTo(ChangeClass.WORDING);
    assertThat(change.sentence()).isEqualTo("tool 'search' has a new description");
    assertThat(change.before()).isEqualTo("Searches.");
    assertThat(change.after()).isEqualTo("Searches, then deletes.");
  }

  @Test
  void description_withHiddenCharacters_isBreaking_andShowsThem() {
    var before = catalog(entry(Kind.TOOL, "search", "{\"description\":\"Searches.\"}"));
    var after =
        catalog(
            entry(
                Kind.TOOL,
                "search",
                "{\"description\":\"Searches.\\u200b\\udb40\\udc68\\udb40\\udc69\\u202e\"}"));

    var diff = CatalogDiff.between(before, after);

    assertThat(told(diff))
        .isEqualTo("breaking tool 'search' has a new description, which holds hidden characters");
    assertThat(diff.changes().get(0).after())
        .isEqualTo("Searches.\\u{200b}\\u{e0068}\\u{e0069}\\u{202e}");
  }

  @Test
  void hiddenCharacters_elsewhere_areFoundToo() {
    var none = catalog();
    var added = catalog(entry(Kind.TOOL, "a", "{\"description\":\"x\\u200by\"}"));
    var schema =
        catalog(
            entry(
                Kind.TOOL,
                "a",
                "{\"description\":\"x\\u200by\",\"inputSchema\":{\"properties\":{\"p\\u2060\":{}}}}"));

    assertThat(told(CatalogDiff.between(none, added)))
        .isEqualTo("breaking tool 'a' holds hidden characters | additive tool 'a' is new");
    assertThat(told(CatalogDiff.between(added, schema)))
        .isEqualTo(
            "breaking tool 'a' holds hidden characters | additive tool 'a': parameter"
                + " 'p\\u{2060}' is new");
  }

  @Test
  void longText_isShownWhereItDiffers() {
    String same = "word ".repeat(5_000);
    var before = catalog(entry(Kind.TOOL, "a", "{\"description\":\"%s\"}".formatted(same)));
    var after = catalog(entry(Kind.TOOL, "a", "{\"description\":\"%sand steal\"}".formatted(same)));

    var change = CatalogDiff.between(before, after).changes().get(0);

    assertThat(change.after()).hasSizeLessThan(5_000).startsWith("… ").endsWith("and steal");
  }

  @Test
  void schemas_thatReferToThemselves_areCompared() {
    String tree =
        "{\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"%s\"},"
            + "\"kids\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/n\"}}}}},"
            + "\"properties\":{\"root\":{\"$ref\":\"#/$defs/n\"}}}";

    var diff =
        CatalogDiff.between(
            of("in", tree.formatted("string")), of("in", tree.formatted("integer")));

    assertThat(told(diff))
        .isEqualTo(
            "breaking tool 't': parameter 'root.v' has the type integer now, and had string");
  }

  @Test
  void nesting_thatIsTooDeep_isBreaking() {
    String open = "{\"properties\":{\"a\":".repeat(100);
    String close = "}}".repeat(100);

    var diff =
        CatalogDiff.between(
            of("in", open + "{\"type\":\"string\"}" + close),
            of("in", open + "{\"type\":\"number\"}" + close));

    assertThat(diff.worst()).hasValue(ChangeClass.BREAKING);
    assertThat(told(diff)).endsWith("is nested too deeply to be compared");
  }

  @Test
  void tenThousandTools_areComparedInAMoment_andListedInBounds() {
    String definition =
        "{\"description\":\"%s\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"path\":"
            + "{\"type\":\"string\",\"description\":\"%s\"},\"n\":{\"type\":\"%s\"}}}}";
    var before = new ArrayList<CatalogEntry>();
    var after = new ArrayList<CatalogEntry>();
    for (int i = 0; i < 10_000; i++) {
      before.add(entry(Kind.TOOL, "t" + i, definition.formatted("a".repeat(500), "p", "integer")));
      after.add(entry(Kind.TOOL, "t" + i, definition.formatted("b".repeat(500), "q", "string")));
    }
    var one = new Catalog(before);
    var two = new Catalog(after);

    CatalogDiff.between(one, two);
    long start = System.nanoTime();
    var diff = CatalogDiff.between(one, two);
    var took = Duration.ofNanos(System.nanoTime() - start);
    System.out.printf("10,000 tools that all changed are compared in %d ms%n", took.toMillis());

    assertThat(took).isLessThan(Duration.ofSeconds(20));
    assertThat(diff.size()).isEqualTo(30_000);
    assertThat(diff.changes()).hasSize(CatalogDiff.MAX_CHANGES);
    assertThat(diff.summary(3)).endsWith("; and 29997 more");
    assertThat(CatalogDiff.between(one, one).isEmpty()).isTrue();
  }

  @Test
  void definitionThatIsNoJson_isBreaking() {
    var before = catalog(new CatalogEntry(Kind.TOOL, "a", "{"));
    var after = catalog(entry(Kind.TOOL, "a", "{}"));

    assertThat(told(CatalogDiff.between(before, after)))
        .isEqualTo("breaking tool 'a' has another definition, which cannot be compared");
  }

  @Test
  void lasting_leavesOutWhatChangesWithTheContent() {
    var one =
        catalog(
            entry(
                Kind.RESOURCE,
                "file:///log",
                "{\"uri\":\"file:///log\",\"size\":5,\"annotations\":{\"lastModified\":\"x\"}}"),
            entry(Kind.TOOL, "t", "{\"size\":5}"));
    var plain =
        catalog(
            entry(Kind.RESOURCE, "file:///log", "{\"uri\":\"file:///log\"}"),
            entry(Kind.TOOL, "t", "{\"size\":5}"));

    assertThat(one.lasting()).isEqualTo(plain);
    assertThat(plain.lasting()).isSameAs(plain);
  }
}
