package io.mcprealtime.mcp.sample;

import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The sample server over a pair of streams, one message a line, one request at a time. */
final class SampleStdio {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final SampleProtocol protocol;
  private final BufferedReader in;
  private final OutputStream out;

  SampleStdio(SampleProtocol protocol, InputStream in, OutputStream out) {
    this.protocol = protocol;
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.out = out;
  }

  /** Answers until the input ends, or until the behaviour says that the server dies. */
  void run() {
    try {
      String line;
      while (!protocol.isDown() && (line = in.readLine()) != null) {
        if (!line.isBlank() && !take(line)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or write the sample server's streams", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean take(String line) throws IOException, InterruptedException {
    SampleBehaviour behaviour = protocol.behaviour();
    if (protocol.isDown() || behaviour.has(Quirk.HTTP_500)) {
      return false;
    }
    if (protocol.hangs()) {
      return true;
    }
    if (behaviour.has(Quirk.HTML_PAGE)) {
      write(SampleHttp.PAGE);
      return true;
    }
    JsonNode message;
    try {
      message = JSON.readTree(line);
    } catch (JacksonException e) {
      RpcError error = new RpcError(400, RpcError.PARSE_ERROR, "the line is not JSON");
      write(SampleProtocol.errorAnswer(JsonNodeFactory.instance.objectNode(), error).toString());
      return true;
    }
    if (SampleProtocol.requestMethod(message).isPresent()) {
      TimeUnit.NANOSECONDS.sleep(protocol.nextDelay().toNanos());
      if (behaviour.has(Quirk.STDOUT_NOISE)) {
        write("[sample] about to answer");
      }
      write(answer(message));
    }
    return true;
  }

  private String answer(JsonNode message) {
    try {
      return protocol.answer(message, SampleProtocol.eraOf(message)).toString();
    } catch (RpcError e) {
      return SampleProtocol.errorAnswer(message, e).toString();
    }
  }

  private void write(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
