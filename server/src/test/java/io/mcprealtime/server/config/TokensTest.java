package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.server.config.Tokens.Scope;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final Tokens TOKENS =
      new Tokens(
          Map.of(
              Scope.READ, "read-0123456789abc",
              Scope.INGEST, "ingest-0123456789a",
              Scope.ADMIN, "admin-0123456789ab"));

  @Test
  void allows_whatItsScopeAndThoseBeforeItAllow() {
    for (var needed : Scope.values()) {
      assertThat(TOKENS.allows("read-0123456789abc", needed)).isEqualTo(needed == Scope.READ);
      assertThat(TOKENS.allows("ingest-0123456789a", needed)).isEqualTo(needed != Scope.ADMIN);
      assertThat(TOKENS.allows("admin-0123456789ab", needed)).isTrue();
      assertThat(TOKENS.allows("another-0123456789", needed)).isFalse();
      assertThat(TOKENS.allows("", needed)).isFalse();
      assertThat(Tokens.NONE.allows("", needed)).isTrue();
    }
  }

  @Test
  void shortTokens_areRefusedAllAtOnce_withoutBeingShown() {
    assertThatThrownBy(() -> new Tokens(Map.of(Scope.READ, "secret1", Scope.ADMIN, "secret22")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the read token must have at least 16 characters, has 7"
                + System.lineSeparator()
                + "the admin token must have at least 16 characters, has 8");
  }

  @Test
  void toString_holdsNoToken() {
    assertThat(TOKENS.toString()).contains("READ", "ADMIN").doesNotContain("0123456789");
  }
}
