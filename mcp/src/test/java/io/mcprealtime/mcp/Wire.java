package io.mcprealtime.mcp;

import io.mcprealtime.Era;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One request to a {@link WireServer}, and the means to answer it byte by byte. */
final class Wire {
  final WireServer server;
  final String verb;
  final String path;
  final JsonNode body;
  private final String head;
  private final Socket socket;

  private Wire(WireServer server, Socket socket, String head, JsonNode body) {
    String[] words = head.split(" ", 3);
    this.server = server;
    this.socket = socket;
    this.head = head;
    this.verb = words[0];
    this.path = words[1];
    this.body = body;
  }

  /** Reads a request; null when the connection ends without one. */
  static @Nullable Wire read(WireServer server, Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    String length = header(head.toString(), "content-length");
    byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    String text = new String(body, StandardCharsets.UTF_8);
    return new Wire(
        server, socket, head.toString(), text.isEmpty() ? Json.object() : Json.parse(text));
  }

  private static String header(String head, String name) {
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  String header(String name) {
    return header(head, name.toLowerCase(Locale.ROOT));
  }

  /** The JSON-RPC method, or the HTTP verb where there is none. */
  String method() {
    return body.path("method").asString(verb);
  }

  boolean isNotification() {
    return !body.has("id");
  }

  long id() {
    return body.path("id").asLong(-1);
  }

  /** The answer that a sound server of this era gives. */
  String sound() {
    return switch (method()) {
      case "server/discover" ->
          result(
              "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                  + "\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":"
                  + "{\"name\":\"young\",\"version\":\"2\"}}}");
      case "initialize" -> result(FakeHttpServer.greeting());
      case "tools/list" -> result("{\"tools\":[{\"name\":\"echo\"}]}");
      default -> result("{}");
    };
  }

  String result(String result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":%s}".formatted(id(), result);
  }

  String error(int code, String message) {
    return error("{\"code\":%d,\"message\":\"%s\"}".formatted(code, message));
  }

  String error(String error) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"error\":%s}".formatted(id(), error);
  }

  /** Answers as a sound server does. */
  void soundly() throws IOException {
    boolean legacy = server.era == Era.LEGACY;
    if (verb.equals("DELETE")) {
      send(200, "text/plain", "");
    } else if (verb.equals("GET")) {
      send(405, "text/plain", "");
    } else if (isNotification()) {
      send(202, "text/plain", "");
    } else if (legacy && method().equals("initialize")) {
      send(200, "application/json", sound(), "Mcp-Session-Id: s-1");
    } else if (legacy && !header("Mcp-Session-Id").equals("s-1")) {
      send(400, "application/json", error(-32000, "No session"));
    } else if (!legacy && method().equals("initialize")) {
      send(404, "application/json", error(-32601, "Method not found"));
    } else {
      json(sound());
    }
  }

  void json(String text) throws IOException {
    send(200, "application/json", text);
  }

  void stream(String... messages) throws IOException {
    StringBuilder events = new StringBuilder();
    for (String message : messages) {
      events.append(event(message));
    }
    head(200, "Content-Type: text/event-stream");
    raw(events.toString());
  }

  static String event(String message) {
    return "event: message\r\ndata: " + message + "\r\n\r\n";
  }

  void send(int status, String type, String text, String... headers) throws IOException {
    send(status, type, text.getBytes(StandardCharsets.UTF_8), headers);
  }

  void send(int status, String type, byte[] bytes, String... headers) throws IOException {
    String fixed = "Content-Type: %s\r\nContent-Length: %d".formatted(type, bytes.length);
    head(status, headers.length == 0 ? fixed : fixed + "\r\n" + String.join("\r\n", headers));
    write(bytes);
  }

  void head(int status, String headers) throws IOException {
    raw("HTTP/1.1 %d Said\r\nConnection: close\r\n%s\r\n\r\n".formatted(status, headers));
  }

  void raw(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  synchronized void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    server.count(bytes.length);
  }

  /** Sends each byte for itself, with that time after each. */
  void drip(String text, int millis) throws IOException {
    for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
      write(new byte[] {next});
      pause(millis);
    }
  }

  /** Repeats it until the client goes away. */
  void flood(String text) throws IOException {
    byte[] block = text.repeat(Math.max(1, 8192 / text.length())).getBytes(StandardCharsets.UTF_8);
    while (true) {
      write(block);
    }
  }

  /** Lets time pass; fails when the client goes away. */
  void pause(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      if (socket.getInputStream().read() < 0) {
        throw new EOFException("the client is gone");
      }
    } catch (SocketTimeoutException e) {
      // The time is over, and the client still there.
    }
  }

  /** Says nothing more until the client goes away. */
  void hang() throws IOException {
    socket.setSoTimeout(0);
    while (socket.getInputStream().read() >= 0) {
      continue;
    }
  }

  /** Says that nothing more comes, and stays. */
  void halfClose() throws IOException {
    socket.shutdownOutput();
    hang();
  }

  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
