package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.EventType;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.Window;
import io.mcprealtime.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CodesTest {
  @Test
  void everyConstant_hasACodeOfItsOwn() {
    all(Codes.STATES, ServerState.values());
    all(Codes.CIRCUITS, CircuitState.values());
    all(Codes.EVENT_TYPES, EventType.values());
    all(Codes.SEVERITIES, Severity.values());
    all(Codes.ERAS, Era.values());
    all(Codes.WINDOWS, Window.values());
    all(Codes.VERDICTS, Verdict.values());
  }

  private static <E extends Enum<E>> void all(Codes<E> codes, E[] constants) {
    for (var constant : constants) {
      assertThat(codes.constant(codes.of(constant))).isEqualTo(constant);
    }
  }

  @Test
  void constant_ofAnUnknownCode_saysSo() {
    assertThatThrownBy(() -> Codes.STATES.constant((short) 77))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "the database holds ServerState 77, which this version does not know; update mcp-realtime");
  }

  @Test
  void views_useTheSameCodes() throws IOException {
    assertThat(views("V2__views.sql"))
        .contains(words(Codes.STATES, ServerState.values()))
        .contains(words(Codes.CIRCUITS, CircuitState.values()))
        .contains(words(Codes.ERAS, Era.values()));
    assertThat(views("V10__recommendations.sql"))
        .contains(words(Codes.EVENT_TYPES, EventType.values()))
        .contains(words(Codes.SEVERITIES, Severity.values()));
  }

  private static String views(String file) throws IOException {
    try (var sql = CodesTest.class.getResourceAsStream("/db/migration/" + file)) {
      assertThat(sql).isNotNull();
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8).replaceAll("\\s+", " ");
    }
  }

  private static <E extends Enum<E>> String words(Codes<E> codes, E[] constants) {
    return Arrays.stream(constants)
        .sorted((one, other) -> codes.of(one) - codes.of(other))
        .map(constant -> "'" + constant.name().toLowerCase(Locale.ROOT) + "'")
        .collect(Collectors.joining(", ", "(array[", "])"));
  }
}
