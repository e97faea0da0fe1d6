package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When tokens end that say so themselves. */
class TokenExpiryTest {
  private static String bearer(String claims) {
    byte[] bytes = claims.getBytes(StandardCharsets.UTF_8);
    return "Bearer e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + ".c2ln";
  }

  private static Target target(String header, String value) {
    return new Target.StreamableHttp(URI.create("http://127.0.0.1:1/mcp"), Map.of(header, value));
  }

  @Test
  void of_jwt_isItsEnd() {
    Instant end = Instant.parse("2030-01-01T00:00:00Z");
    assertThat(TokenExpiry.of(target("authorization", bearer("{\"exp\":1893456000}"))))
        .isEqualTo(new Expiry(Expiry.Kind.TOKEN, "Authorization", end));
    assertThat(TokenExpiry.of(target("Authorization", bearer("{\"exp\":1893456000.7}"))))
        .isEqualTo(new Expiry(Expiry.Kind.TOKEN, "Authorization", end));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[1]",
        "{\"exp\":\"1893456000\"}",
        "{\"exp\":-1}",
        "{\"exp\":1e300}",
        "{\"exp\":null}",
        "no json"
      })
  void of_otherClaims_isNothing(String claims) {
    assertThat(TokenExpiry.of(target("Authorization", bearer(claims)))).isNull();
  }

  @Test
  void of_otherTokens_isNothing() {
    assertThat(TokenExpiry.of(target("Authorization", "Bearer opaque-token"))).isNull();
    assertThat(TokenExpiry.of(target("Authorization", "Bearer a.!.c"))).isNull();
    assertThat(TokenExpiry.of(target("Authorization", "Bearer a.b.c"))).isNull();
    assertThat(TokenExpiry.of(target("Authorization", "Basic bWU6c2VjcmV0"))).isNull();
    assertThat(TokenExpiry.of(target("X-Key", bearer("{\"exp\":1893456000}")))).isNull();
    assertThat(TokenExpiry.of(target("Authorization", bearer("x".repeat(20_000))))).isNull();
    assertThat(TokenExpiry.of(new Target.Stdio(List.of("x"), Map.of(), null))).isNull();
  }

  @Test
  void run_givesTheTokensEnd() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern);
        McpProber prober = McpProber.builder().build();
        TargetProbe probe =
            prober.open(
                new Target.StreamableHttp(
                    server.url(), Map.of("Authorization", bearer("{\"exp\":1893456000}"))),
                ProbeOptions.defaults())) {
      assertThat(probe.run().get(20, TimeUnit.SECONDS).expiries())
          .extracting(Expiry::kind)
          .containsExactly(Expiry.Kind.TOKEN);
    }
  }
}
