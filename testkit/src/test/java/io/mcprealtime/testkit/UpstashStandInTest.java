package io.mcprealtime.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class UpstashStandInTest {
  private static final String TOKEN = "a-token-for-tests";

  @RegisterExtension private static final TestRedis REDIS = new TestRedis();

  private final HttpClient client = HttpClient.newHttpClient();
  private UpstashStandIn upstash;

  @BeforeEach
  void start() {
    REDIS.flush();
    upstash = UpstashStandIn.start(REDIS, TOKEN);
  }

  @AfterEach
  void stop() {
    upstash.close();
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(upstash.url() + path))
            .header("Authorization", "Bearer " + TOKEN)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void officialClient_acceptsIt(@TempDir Path folder) throws IOException, InterruptedException {
    var command =
        Requires.nodeServers().scriptCommand("upstash-client.mjs", upstash.url().toString(), TOKEN);
    var out = folder.resolve("out.json");
    var err = folder.resolve("err.txt");
    var process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(err, UTF_8)).doesNotContain("Error");

    var seen = (ObjectNode) WireJson.parse(Files.readString(out, UTF_8));

    assertThat(seen.remove("error").asString())
        .contains("ERR value is not an integer or out of range");
    assertThat(seen.remove("login").asString()).contains("WRONGPASS invalid or missing auth token");
    assertThat(seen)
        .isEqualTo(
            WireJson.parse(
                """
                {"set": "OK", "get": "Grüße \\"an\\" 東京", "absent": null, "expire": "OK",
                 "hset": 2, "hgetall": {"one": 1, "two": "zwei"},
                 "hmget": {"two": "zwei", "three": null},
                 "pipeline": [1, 2, "Grüße \\"an\\" 東京"],
                 "multi": ["OK", "a transaction", 2]}"""));
    assertThat(REDIS.call("GET", "plain")).isEqualTo("Grüße \"an\" 東京");
    assertThat(upstash.billed()).isEqualTo(14);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/|['SET','k','v']|200|{'result':'OK'}",
        "/|['GET','absent']|200|{'result':null}",
        "/|['NONSENSE']|400|{'error':'ERR unknown command 'NONSENSE', with args beginning with: '}",
        "/|{{|400|{'error':'ERR failed to parse request'}",
        "/pipeline|[['SET','k',1],['INCR','k'],['HGET','k','f']]|200|[{'result':'OK'},{'result':2},{'error':'WRONGTYPE Operation against a key holding the wrong kind of value'}]",
        "/multi-exec|[['SET','k',1],['INCR','k']]|200|[{'result':'OK'},{'result':2}]",
        "/multi-exec|[['SET','k']]|400|{'error':'EXECABORT Transaction discarded because of previous errors.'}",
        "/elsewhere|[]|400|{'error':'ERR unsupported path'}"
      },
      quoteCharacter = '§')
  void requests_areAnsweredAsUpstashDoes(String path, String body, int status, String answer)
      throws IOException, InterruptedException {
    var response = post(path, body.replace('\'', '"'));

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body().replace('"', '\'')).isEqualTo(answer);
    assertThat(response.headers().firstValue("upstash-sync-token")).isPresent();
  }

  @Test
  void refusal_isAnsweredToBilledCommandsUntilItIsTakenBack()
      throws IOException, InterruptedException {
    upstash.refuse("ERR max requests limit exceeded. Limit: 1, Usage: 1.");

    assertThat(post("/pipeline", "[[\"PING\"],[\"GET\",\"k\"]]").body())
        .isEqualTo(
            "[{\"result\":\"PONG\"},{\"error\":\"ERR max requests limit exceeded. Limit: 1, Usage: 1.\"}]");
    upstash.refuse(null);

    assertThat(post("/", "[\"GET\",\"k\"]").statusCode()).isEqualTo(200);
    assertThat(upstash.billed()).isEqualTo(1);
  }

  @Test
  void tooLargeRequest_isRefused() throws IOException, InterruptedException {
    assertThat(post("/", "[\"SET\",\"k\",\"" + "x".repeat(10_000_000) + "\"]").body())
        .isEqualTo("{\"error\":\"ERR max request size exceeded\"}");
  }

  @Test
  void othersThanPost_areRefused() throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(upstash.url()).header("Authorization", "Bearer " + TOKEN).build();

    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(405);
  }
}
