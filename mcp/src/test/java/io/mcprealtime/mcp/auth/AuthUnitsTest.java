package io.mcprealtime.mcp.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ManualTime;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small parts by themselves. */
class AuthUnitsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          Bearer resource_metadata="https://a.example/x", scope="a b" | https://a.example/x | a b | - | -
          bearer error=invalid_token, error_description="say \\"no\\", twice" | - | - | invalid_token | say "no", twice
          Basic realm="scope=\\"x\\"", Bearer  scope = c | - | c | - | -
          Bearer scope="one", scope="two" | - | one | - | -
          Basic realm="a", scope="b" | - | - | - | -
          Bearer | - | - | - | -
          '' | - | - | - | -
          """)
  void challenge_readsWhatIsSaid(
      String header, String metadata, String scope, String error, String description) {
    assertThat(Challenge.of(List.of(header)))
        .isEqualTo(new Challenge(metadata, scope, error, description));
  }

  @Test
  void challenge_endlessHeader_isReadInPart() {
    Challenge challenge = Challenge.of(List.of("Bearer error=\"" + "\\a".repeat(100_000)));
    assertThat(challenge.reason()).isNotNull().hasSizeLessThan(4096);
    assertThat(Challenge.of(List.of("Bearer error=\"a\"", "Negotiate")).reason()).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS://MCP.Example.com, https://mcp.example.com",
    "https://mcp.example.com/, https://mcp.example.com",
    "https://mcp.example.com:443/a/, https://mcp.example.com/a/",
    "https://u:p@mcp.example.com:8443/server/mcp?key=x, https://mcp.example.com:8443/server/mcp",
    "http://[::1]:80/mcp, http://[::1]/mcp"
  })
  void canonical_isWhatNamesTheServer(URI server, String name) {
    assertThat(AuthUrls.canonical(server)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example/mcp, https://a.example/mcp, true",
    "https://a.example, https://a.example/mcp, true",
    "https://a.example/, https://a.example/mcp, true",
    "https://A.example:443/mcp, https://a.example/mcp/x, true",
    "https://a.example/mc, https://a.example/mcp, false",
    "https://a.example/mcp/x, https://a.example/mcp, false",
    "http://a.example/mcp, https://a.example/mcp, false",
    "https://b.example/mcp, https://a.example/mcp, false",
    "a.example, https://a.example/mcp, false",
    "https://a b, https://a.example/mcp, false",
    "//a.example/mcp, https://a.example/mcp, false",
    "https://a.example/mcp#x, https://a.example/mcp, false"
  })
  void covers_onlyTheServerItself(String resource, URI server, boolean covered) {
    assertThat(AuthUrls.covers(resource, server)).isEqualTo(covered);
  }

  @ParameterizedTest
  @CsvSource({
    "https://as.example/t, false, true",
    "http://as.example/t, true, false",
    "http://127.0.0.1:8080/t, true, true",
    "http://127.0.0.1:8080/t, false, false",
    "http://localhost/t, true, true",
    "http://[::1]/t, true, true",
    "http://127.0.0.1.example/t, true, false",
    "http://localhost.example/t, true, false",
    "http://a.localhost/t, true, false",
    "https://localhost/t, true, true",
    "https://localhost/t, false, false",
    "https://A.Localhost./t, false, false",
    "https://127.8.8.8/t, false, false",
    "https://[::1]:8443/t, false, false",
    "https://[::ffff:127.0.0.1]/t, false, false",
    "https://0.0.0.0/t, false, false",
    "https://192.0.2.1/t, false, true",
    "https://localhost.example/t, false, true",
    "https://as.example/t#x, false, false",
    "https:///t, false, false",
    "mailto:a, true, false",
    "ftp://as.example, true, false"
  })
  void isSafe_onlyOverTlsOrToThisMachine(URI url, boolean loopback, boolean safe) {
    assertThat(AuthUrls.isSafe(url, loopback)).isEqualTo(safe);
  }

  @Test
  void metadata_isLookedForInTheOrderOfTheProtocol() {
    assertThat(AuthUrls.ofResource(URI.create("https://a.example/public/mcp?x")))
        .extracting(URI::toString)
        .containsExactly(
            "https://a.example/.well-known/oauth-protected-resource/public/mcp",
            "https://a.example/.well-known/oauth-protected-resource");
    assertThat(AuthUrls.ofResource(URI.create("https://a.example/")))
        .extracting(URI::toString)
        .containsExactly("https://a.example/.well-known/oauth-protected-resource");
    assertThat(AuthUrls.ofIssuer(URI.create("https://as.example/tenant1")))
        .extracting(URI::toString)
        .containsExactly(
            "https://as.example/.well-known/oauth-authorization-server/tenant1",
            "https://as.example/.well-known/openid-configuration/tenant1",
            "https://as.example/tenant1/.well-known/openid-configuration");
    assertThat(AuthUrls.ofIssuer(URI.create("https://as.example")))
        .extracting(URI::toString)
        .containsExactly(
            "https://as.example/.well-known/oauth-authorization-server",
            "https://as.example/.well-known/openid-configuration");
  }

  @Test
  void credentials_areChecked() {
    assertThatThrownBy(() -> ClientCredentials.builder(" ", "s").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clientId is empty; give what the authorization server registered");
    assertThatThrownBy(() -> ClientCredentials.builder("c", "").build())
        .hasMessage("clientSecret is empty; give what the authorization server registered");
    var builder = ClientCredentials.builder("c", "s").scope(" ");
    assertThat(builder.build().scope()).isNull();
    for (String url : List.of("http://as.example/t", "https://u:p@as.example/t", "/t")) {
      assertThatThrownBy(() -> builder.tokenUrl(URI.create(url)).build())
          .hasMessage(
              "tokenUrl is not an address like https://HOST/PATH without a user; plain http is for"
                  + " this machine only");
    }
    assertThatThrownBy(() -> builder.tokenUrl(null).resource(URI.create("a")).build())
        .hasMessage("resource is not an address like https://HOST/PATH without a fragment");
  }

  @Test
  void texts_showNoSecret() {
    ClientCredentials client =
        ClientCredentials.builder("c", "s3cret+x")
            .tokenUrl(URI.create("https://as.example/t?key=k3y&b"))
            .build();
    assertThat(client.secrets())
        .containsExactly("s3cret+x", "s3cret%2Bx", "YzpzM2NyZXQlMkJ4", "k3y", "b");
    Grant grant =
        Grant.of(
            URI.create("https://as.example/t?key=k3y"),
            client,
            ClientCredentials.Method.CLIENT_SECRET_POST,
            "r",
            null);
    assertThat(List.of(client, grant, grant.request()))
        .extracting(Object::toString)
        .containsExactly(
            "client_credentials",
            "the token endpoint https://as.example/t",
            "the token request https://as.example/t");
    assertThat(new AccessToken("at-1", List.of("at-1"), null)).hasToString("access token");
    assertThat(new AuthHttp.Answer(200, "at-1", false)).hasToString("HTTP 200");
  }

  @Test
  void keeper_requestThatThrows_failsAndIsPaused() {
    List<String> asked = new ArrayList<>();
    TokenKeeper keeper =
        new TokenKeeper(
            ManualTime.startingAt("2026-05-01T10:00:00Z"),
            () -> {
              asked.add("once");
              throw new AuthException("broken");
            });
    for (int i = 0; i < 2; i++) {
      assertThat(keeper.token()).isCompletedExceptionally();
    }
    assertThat(asked).hasSize(1);
    assertThat(keeper.kept()).isEmpty();
  }

  @Test
  void keeper_refusedTokenThatWasReplaced_isNotReplacedAgain() {
    List<AccessToken> given = new ArrayList<>();
    TokenKeeper keeper =
        new TokenKeeper(
            ManualTime.startingAt("2026-05-01T10:00:00Z"),
            () -> {
              given.add(new AccessToken("at-" + given.size(), List.of(), null));
              return CompletableFuture.completedFuture(given.get(given.size() - 1));
            });
    AccessToken first = keeper.token().join();
    AccessToken second = keeper.insteadOf(first).join();
    assertThat(second.value()).isEqualTo("at-1");
    assertThat(keeper.insteadOf(first).join()).isEqualTo(second);
    assertThat(given).hasSize(2);
  }
}
