package io.mcprealtime.mcp.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.AddressRule;
import io.mcprealtime.mcp.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class CallerEntryTest {
  private static final AddressRule RULE = address -> null;

  private static CallerEntry.Result read(String json) {
    return CallerEntry.read(
        ServerId.of("weather"),
        JsonMapper.shared().readTree(json.replace('\'', '"')),
        Path.of("servers.json"),
        RULE);
  }

  @Test
  void read_entry_meansWhatItMeansInAFile() {
    var result =
        read(
            """
            {'type': 'http', 'url': 'https://weather.example/mcp', 'timeout': 2000,
             'headers': {'Authorization': 'Bearer s3cret', 'X-Count': 3, 'X-Unset': null},
             'canary': {'tool': 'echo', 'arguments': {'text': '${not expanded}'}},
             'description': 'of no meaning here', 'alwaysAllow': []}
            """);
    assertThat(result.errors()).isEmpty();
    var definition = result.definition();
    assertThat(definition).isNotNull();
    assertThat(definition.resolve())
        .isInstanceOfSatisfying(
            Target.StreamableHttp.class,
            target -> {
              assertThat(target.url()).hasToString("https://weather.example/mcp");
              assertThat(target.headers())
                  .isEqualTo(Map.of("Authorization", "Bearer s3cret", "X-Count", "3"));
            });
    assertThat(definition.timeout()).hasValue(Duration.ofSeconds(2));
    assertThat(definition.canaries().get(0).tool()).isEqualTo("echo");
    assertThat(definition.options().addressRule()).hasValue(RULE);
    assertThat(definition.describe())
        .isEqualTo("weather: http https://weather.example/mcp (headers Authorization, X-Count)");
    assertThat(read("{'type':'sse','url':'http://h/'}").definition().resolve())
        .isInstanceOf(Target.Sse.class);
  }

  @Test
  void read_wrongEntry_tellsEverythingAtOnce_andNoValue() {
    var result =
        read(
            """
            {'command': 's3cret', 'args': ['s3cret'], 'url': 'ftp://s3cret', 'oauth': {'a': 1},
             'headers': {'A b': 'x', 'Host': 's3cret', 'X-Token': 'Bearer ${HOME}',
               'X-Lines': 's3cret\\nX: y', 'X-List': []},
             'disabled': true, 'unknown': 1, 'timeout': 's3cret', 'canary': 's3cret'}
            """);
    assertThat(result.definition()).isNull();
    assertThat(result.errors())
        .containsExactlyInAnyOrder(
            "args, command: stdio servers come from config files only; write it there, or give a"
                + " url",
            "url must be http://HOST/PATH or https://HOST/PATH, with a port up to 65535",
            "oauth is not taken over the API; send a token of its own in headers",
            "key 'disabled' is not known; use url, type, headers, timeout, canary or canaries",
            "key 'unknown' is not known; use url, type, headers, timeout, canary or canaries",
            "headers.A b: is no name of a header; use letters, digits and -",
            "headers.Host: is set by the monitor; leave it out",
            "headers.X-Token: placeholders like ${NAME} work in config files only; send the value,"
                + " or write the server into a file",
            "headers.X-Lines: must be one line of at most 8192 characters",
            "headers.X-List must be a text",
            "timeout is not used; give it in milliseconds, from 1 to 3600000",
            "canary is not run; write it as {\"tool\": NAME, \"arguments\": {…}}");
    assertThat(result.errors()).noneMatch(error -> error.contains("s3cret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'url': '${URL}'}",
        "{'url': 'https://h/${PATH}'}",
        "{'url': 'https://h/', 'headers': {'A': '${A:-b}'}}",
        "{'url': 'https://h/', 'headers': {'${A}': 'b'}}"
      })
  void read_placeholder_isRefused(String json) {
    assertThat(read(json).errors())
        .singleElement()
        .asString()
        .contains("placeholders like ${NAME} work in config files only");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|the entry must be an object with a url",
        "{}|url must be a text like https://HOST/PATH",
        "{\"url\":7}|url must be a text like https://HOST/PATH",
        "{\"url\":\"https://h:0/\"}|url must be http://HOST/PATH",
        "{\"url\":\"https://h:70000/\"}|url must be http://HOST/PATH",
        "{\"url\":\"https://h /\"}|url must be http://HOST/PATH",
        "{\"url\":\"https:///x\"}|url must be http://HOST/PATH",
        "{\"url\":\"https://h/\",\"type\":\"stdio\"}|type: stdio servers come from config files",
        "{\"url\":\"https://h/\",\"type\":\"ws\"}|type must be http, streamable-http or sse",
        "{\"url\":\"https://h/\",\"type\":7}|type must be http, streamable-http or sse",
        "{\"url\":\"https://h/\",\"headers\":[]}|headers must be an object",
        "{\"url\":\"https://h/\",\"timeout\":0}|timeout is not used",
        "{\"url\":\"https://h/\",\"canary\":{\"tool\":\"\"}}|canary is not run"
      })
  void read_wrongPart_isNamed(String json, String error) {
    assertThat(read(json).definition()).isNull();
    assertThat(read(json).errors()).singleElement().asString().startsWith(error);
  }

  @Test
  void read_tooMuch_isRefused() {
    var headers = new StringBuilder("{'url': 'https://h/', 'headers': {'n0': ''");
    for (int i = 1; i < 65; i++) {
      headers.append(",'n").append(i).append("': ''");
    }
    assertThat(read(headers + "}}").errors()).containsExactly("headers may be 64, are 65");
    assertThat(read("{'url': 'https://h/%s'}".formatted("x".repeat(2_048))).errors())
        .containsExactly("url may have 2048 characters, has 2058");
    assertThat(
            read("{'url': 'https://h/', 'headers': {'A': '%s'}}".formatted("x".repeat(8_193)))
                .errors())
        .containsExactly("headers.A: must be one line of at most 8192 characters");
  }
}
