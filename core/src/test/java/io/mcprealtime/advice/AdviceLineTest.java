package io.mcprealtime.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ServerId;
import io.mcprealtime.advice.Figure.Unit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdviceLineTest {
  private static Recommendation.Builder of(String rule) {
    return Recommendation.of(rule)
        .what("Do it")
        .why("12 of 34")
        .effect("it is better")
        .figure(Figure.lower("faults", 12, Unit.COUNT));
  }

  private static Recommendation about(int number) {
    var server = ServerId.of("s%02d".formatted(number));
    return of("old").server(server).what("Update " + server).together("Update").build();
  }

  @Test
  void fewServers_haveLinesOfTheirOwn() {
    var lines = AdviceLine.of(IntStream.range(0, 3).mapToObj(AdviceLineTest::about).toList());

    assertThat(lines)
        .extracting(AdviceLine::text)
        .containsExactly("Update s00: 12 of 34", "Update s01: 12 of 34", "Update s02: 12 of 34");
    assertThat(lines.get(1).servers()).containsExactly(ServerId.of("s01"));
    assertThat(lines.get(1).ids()).containsExactly("old:s01");
  }

  @Test
  void manyServers_shareALine() {
    var lines = AdviceLine.of(IntStream.range(0, 12).mapToObj(AdviceLineTest::about).toList());

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).text())
        .isEqualTo(
            "Update 12 servers: s00, s01, s02 and 9 more:"
                + " s00, for one, has these numbers: 12 of 34");
    assertThat(lines.get(0).servers()).hasSize(12);
    assertThat(lines.get(0).ids()).hasSize(12);
  }

  @Test
  void urgent_comeFirst() {
    var lines =
        AdviceLine.of(
            java.util.List.of(
                of("one").build(),
                of("two").urgency(Urgency.URGENT).build(),
                of("three").subject("a").build(),
                of("three").subject("b").build()));

    assertThat(lines).extracting(AdviceLine::rule).containsExactly("two", "one", "three", "three");
  }

  @Test
  void figures_areWrittenInTheirUnits() {
    assertThat(Figure.lower("a", 0.125, Unit.SHARE).text()).isEqualTo("12.5 %");
    assertThat(Figure.lower("a", 12.34, Unit.MILLISECONDS).text()).isEqualTo("12.3 ms");
    assertThat(Figure.lower("a", 12_340, Unit.MILLISECONDS).text()).isEqualTo("12.34 s");
    assertThat(Figure.lower("a", 1_500, Unit.BYTES).text()).isEqualTo("1.5 kB");
    assertThat(Figure.lower("a", 2.5e6, Unit.BYTES_PER_HOUR).text()).isEqualTo("2.5 MB an hour");
    assertThat(Figure.higher("a", 3, Unit.DAYS).text()).isEqualTo("3.0 days");
    assertThat(Figure.lower("a", 61, Unit.COUNT).text()).isEqualTo("61");
    assertThatThrownBy(() -> Figure.lower("the rest", Double.NaN, Unit.COUNT))
        .hasMessage("the rest must be a number, is NaN");
    assertThatThrownBy(() -> Figure.lower("the rest", 1, Unit.COUNT).of(-1))
        .hasMessage("samples of the rest must not be negative, are -1");
  }

  @Test
  void recommendation_isBounded() {
    var long1 = "x".repeat(2_000);
    assertThat(of("rule").why(long1).build().why()).hasSize(Recommendation.MAX_TEXT).endsWith("…");
    assertThatThrownBy(() -> of(" ").build())
        .hasMessage("the id of a recommendation must have 1 to 1000 characters, has 1");
    var many = of("rule");
    IntStream.range(0, 21).forEach(i -> many.evidence("e" + i, i));
    assertThatThrownBy(many::build)
        .hasMessage("a recommendation has at most 20 pieces of evidence, rule has 21");
  }
}
