package io.mcprealtime.mcp.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.auth.ClientCredentials;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What an entry's {@code auth} may say. */
class AuthConfigTest {
  private static final String URL = "https://api.example/mcp";

  private final ExpansionContext context =
      new ExpansionContext(
          Map.of("TOKEN", "t0ken-hidden", "SECRET", "s3cret-hidden", "BROKEN", "s3cret\nhidden"),
          Path.of("/src"),
          Path.of("/home/someone"));

  private ImportResult read(String entry) {
    return ClientConfig.parse(
        JsonMapper.shared().readTree("{\"mcpServers\":{\"api\":%s}}".formatted(entry)),
        "file",
        context);
  }

  private ServerDefinition only(String entry) {
    ImportResult result = read(entry);
    assertThat(result.problems()).isEmpty();
    return result.servers().get(0);
  }

  @Test
  void bearer_isAHeader() {
    ServerDefinition server =
        only(
            """
            {"url": "https://api.example/mcp", "headers": {"X": "y"},
             "auth": {"type": "bearer", "token": "${TOKEN}"}}""");
    assertThat(server.resolve())
        .isEqualTo(
            new Target.StreamableHttp(
                URI.create(URL),
                Map.of("X", "y", "Authorization", "Bearer t0ken-hidden"),
                Set.of("t0ken-hidden")));
    assertThat(server).hasToString("api: http https://api.example/mcp (headers X, auth bearer)");
  }

  @Test
  void clientCredentials_inFull() {
    ServerDefinition server =
        only(
            """
            {"type": "sse", "url": "https://api.example/mcp", "auth": {
              "type": "client_credentials", "clientId": "me", "clientSecret": "${SECRET}",
              "scope": "a b", "tokenUrl": "https://as.example/token", "resource": "api://x",
              "method": "client_secret_post"}}""");
    ClientCredentials auth =
        ClientCredentials.builder("me", "s3cret-hidden")
            .scope("a b")
            .tokenUrl(URI.create("https://as.example/token"))
            .resource(URI.create("api://x"))
            .method(ClientCredentials.Method.CLIENT_SECRET_POST)
            .build();
    assertThat(server.resolve())
        .isEqualTo(new Target.Sse(URI.create(URL), Map.of(), auth, Set.of("s3cret-hidden")));
    assertThat(server).hasToString("api: sse https://api.example/mcp (auth client_credentials)");
    assertThat(server.resolve().toString()).isEqualTo(URL);
  }

  @Test
  void clientCredentials_inShort() {
    ServerDefinition server =
        only(
            """
            {"url": "https://api.example/mcp", "auth": {
              "type": "client_credentials", "clientId": "me", "clientSecret": "in-the-file"}}""");
    assertThat(server.resolve())
        .isEqualTo(
            new Target.StreamableHttp(
                URI.create(URL),
                Map.of(),
                ClientCredentials.builder("me", "in-the-file").build(),
                Set.of()));
    assertThat(server).isNotEqualTo(only("{\"url\": \"https://api.example/mcp\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "command":"a","auth":{"type":"bearer","token":"t"} | auth is for remote servers; give a process its credentials in env
          "url":"U","auth":"t" | auth must be an object like {"type": "bearer", "token": "${NAME}"}
          "url":"U","auth":{} | has no auth.type; use bearer or client_credentials
          "url":"U","auth":{"type":"basic"} | auth.type 'basic' is not known; use bearer or client_credentials
          "url":"U","auth":{"type":1} | auth.type must be a text in quotes
          "url":"U","auth":{"type":"bearer"} | has no auth.token; add it
          "url":"U","auth":{"type":"bearer","token":""} | auth.token is empty; give the token
          "url":"U","auth":{"type":"bearer","token":"${NONE:-}"} | auth.token is empty; give the token
          "url":"U","auth":{"type":"bearer","token":"${BROKEN}"} | auth.token holds what no header can carry; correct it
          "url":"U","auth":{"type":"bearer","token":"${NONE}"} | environment variable NONE is not set; set it, or write ${NONE:-DEFAULT}
          "url":"U","auth":{"type":"bearer","token":"t","scope":"a"} | auth.scope is not known with the type bearer; use type, token
          "url":"U","headers":{"authorization":"x"},"auth":{"type":"bearer","token":"t"} | has both auth and a header Authorization; keep the one that is meant
          "url":"https://u:p@a.example","auth":{"type":"bearer","token":"t"} | has both auth and a user in its url; keep the one that is meant
          "url":"U","auth":{"type":"client_credentials","clientId":"c"} | has no auth.clientSecret; add it
          "url":"U","auth":{"type":"client_credentials","clientId":"c","clientSecret":"s","secret":"x"} | auth.secret is not known with the type client_credentials; use type, clientId, clientSecret, scope, tokenUrl, resource, method
          "url":"U","auth":{"type":"client_credentials","clientId":"c","clientSecret":"${NONE:-}"} | auth.clientSecret is empty; give what the authorization server registered
          "url":"U","auth":{"type":"client_credentials","clientId":"c","clientSecret":"s","method":"none"} | auth.method 'none' is not known; use client_secret_basic or client_secret_post
          "url":"U","auth":{"type":"client_credentials","clientId":"c","clientSecret":"s","tokenUrl":"http://a b"} | auth.tokenUrl is not an address like https://HOST/PATH; correct it
          "url":"U","auth":{"type":"client_credentials","clientId":"c","clientSecret":"s","tokenUrl":"http://as.example"} | auth.tokenUrl is not an address like https://HOST/PATH without a user; plain http is for this machine only
          "url":"http://a.example/mcp","auth":{"type":"client_credentials","clientId":"c","clientSecret":"s"} | has a plain http url, whose answers could send auth.clientSecret anywhere; set auth.tokenUrl or use https
          """)
  void badAuth_isTold(String keys, String reason) {
    ImportResult result = read("{" + keys.replace("\"U\"", "\"" + URL + "\"") + "}");
    assertThat(result.servers()).isEmpty();
    assertThat(result.problems())
        .containsExactly(new ConfigProblem("file", "mcpServers.api", Severity.ERROR, reason));
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8080/mcp, ''",
    "http://localhost/mcp, ''",
    "http://a.example/mcp, ', \"tokenUrl\": \"https://as.example/token\"'"
  })
  void clientCredentials_overPlainHttp_onThisMachineOrWithATokenUrl(String url, String more) {
    only(
        """
        {"url": "%s", "auth": {
          "type": "client_credentials", "clientId": "me", "clientSecret": "x"%s}}"""
            .formatted(url, more));
  }

  @Test
  void target_withTwoLogins_isRefused() {
    ClientCredentials auth = ClientCredentials.builder("c", "s").build();
    assertThatThrownBy(
            () ->
                new Target.StreamableHttp(
                    URI.create(URL), Map.of("authorization", "x"), auth, Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("has both auth and a header Authorization; keep the one that is meant");
    assertThatThrownBy(
            () -> new Target.Sse(URI.create("https://u:p@a.example"), Map.of(), auth, Set.of()))
        .hasMessage("has both auth and a user in its url; keep the one that is meant");
  }
}
