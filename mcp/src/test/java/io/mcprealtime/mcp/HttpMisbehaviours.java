package io.mcprealtime.mcp;

import static java.util.Map.entry;

import io.mcprealtime.mcp.WireServer.Behaviour;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** What an HTTP server does wrong below JSON-RPC, by the words that name it. */
final class HttpMisbehaviours {
  private static final String JSON = "Content-Type: application/json";
  private static final String EVENTS = "Content-Type: text/event-stream";
  private static final String LARGE = "Content-Length: 10000000000";
  private static final String CHUNKED = JSON + "\r\nTransfer-Encoding: chunked";
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  private HttpMisbehaviours() {}

  static Map<String, Behaviour> all() {
    Map<String, Behaviour> all = new LinkedHashMap<>(CONNECTIONS);
    all.putAll(BODIES);
    all.putAll(STATUSES);
    all.putAll(STREAMS);
    return all;
  }

  private static final Map<String, Behaviour> CONNECTIONS =
      Map.ofEntries(
          entry("closes at once", wire -> {}),
          entry("resets the connection", Wire::reset),
          entry("says nothing", Wire::hang),
          entry("half-closes and stays", Wire::halfClose),
          entry(
              "speaks SSH",
              wire -> {
                wire.raw("SSH-2.0-OpenSSH_9\r\n");
                wire.hang();
              }),
          entry("status line without a number", wire -> wire.raw("HTTP/1.1 yes\r\n\r\n")),
          entry(
              "status line without end",
              wire -> {
                wire.raw("HTTP/1.1 200 ");
                wire.flood("x");
              }),
          entry(
              "a header without end",
              wire -> {
                wire.raw(OK + "X-Big: ");
                wire.flood("x");
              }),
          entry(
              "headers without end",
              wire -> {
                wire.raw(OK);
                wire.flood("X-More: x\r\n");
              }),
          entry("headers byte by byte", wire -> wire.drip(OK + "X-Slow: x\r\n".repeat(10_000), 20)),
          entry(
              "a header of 100 KB",
              wire ->
                  wire.send(
                      200, "application/json", wire.sound(), "X-Big: " + "x".repeat(100 * 1024))),
          entry(
              "100 Continue only",
              wire -> {
                wire.raw("HTTP/1.1 100 Continue\r\n\r\n");
                wire.hang();
              }),
          entry("103 without end", wire -> wire.flood("HTTP/1.1 103 Early Hints\r\n\r\n")),
          entry("slow start", slowly(700)));

  private static final Map<String, Behaviour> BODIES =
      Map.ofEntries(
          entry(
              "body byte by byte",
              wire -> {
                wire.head(200, JSON);
                wire.drip(wire.sound(), 2);
              }),
          entry(
              "body that drips",
              wire -> {
                wire.head(200, JSON);
                wire.drip(" ".repeat(10_000), 50);
              }),
          entry("length that is negative", length("-5")),
          entry("length that is no number", length("many")),
          entry("length smaller than sent", length("20")),
          entry("length larger than sent", length("5000")),
          entry(
              "length larger than sent, stays",
              wire -> {
                wire.head(200, JSON + "\r\nContent-Length: 5000");
                wire.raw("{");
                wire.hang();
              }),
          entry(
              "chunk size that is no number",
              wire -> {
                wire.head(200, CHUNKED);
                wire.raw("many\r\n{}\r\n");
                wire.hang();
              }),
          entry(
              "chunk of 2 GB",
              wire -> {
                wire.head(200, CHUNKED);
                wire.raw("7fffffff\r\n");
                wire.flood("x");
              }),
          entry(
              "chunks without end",
              wire -> {
                wire.head(200, CHUNKED);
                wire.flood("8\r\n12345678\r\n");
              }),
          entry(
              "gigantic answer",
              wire -> {
                wire.head(200, JSON + "\r\n" + LARGE);
                wire.raw("{\"x\":\"");
                wire.flood("x");
              }),
          entry(
              "gzip bomb",
              wire -> {
                wire.head(200, JSON + "\r\nContent-Encoding: gzip\r\n" + LARGE);
                byte[] bomb = gzip("0".repeat(1024 * 1024));
                while (true) {
                  wire.write(bomb);
                }
              }),
          entry(
              "gzip that is not announced",
              wire -> wire.send(200, "application/json", gzip(wire.sound()))),
          entry("two content types", wire -> twoTypes(wire)),
          entry("no content type", wire -> wire.raw(OK + "\r\n" + wire.sound())),
          entry("web page", answer(200, "text/html", "<!DOCTYPE html><html></html>")),
          entry("plain text", answer(200, "text/plain", "hello")),
          entry("no body", answer(200, "application/json", "")),
          entry("UTF-16", wire -> utf16(wire)));

  private static final Map<String, Behaviour> STATUSES =
      Map.ofEntries(
          entry("204", wire -> wire.raw("HTTP/1.1 204 No Content\r\n\r\n")),
          entry("999", answer(999, "text/plain", "")),
          entry(
              "401 with a huge challenge",
              wire ->
                  wire.send(
                      401,
                      "text/plain",
                      "bad token hunter2-secret",
                      "WWW-Authenticate: Bearer scope=\"%s\"".formatted("a ".repeat(30_000)))),
          entry(
              "401",
              wire ->
                  wire.send(
                      401,
                      "text/plain",
                      "bad token hunter2-secret",
                      "WWW-Authenticate: Bearer resource_metadata=\"https://a.example/x\"")),
          entry("403", answer(403, "application/json", "{\"error\":\"forbidden\"}")),
          entry("404 page", answer(404, "text/html", "<html>none</html>")),
          entry("404", answer(404, "application/json", "{}")),
          entry("429", wire -> wire.send(429, "text/plain", "", "Retry-After: 30")),
          entry("500", answer(500, "text/plain", "stack trace with hunter2-secret")),
          entry(
              "500 of any size",
              wire -> {
                wire.head(500, "Content-Type: text/plain\r\n" + LARGE);
                wire.flood("at some.Place ");
              }),
          entry("redirects to itself", wire -> redirect(wire, wire.path)),
          entry(
              "redirect loop", wire -> redirect(wire, wire.path.equals("/mcp") ? "/two" : "/mcp")),
          entry("redirects without end", wire -> redirect(wire, wire.path + "/more")),
          entry("redirects to another origin", wire -> redirect(wire, "https://b.example/mcp?k=1")),
          entry("redirects to a file", wire -> redirect(wire, "file:///etc/hostname")),
          entry("redirects to no address", wire -> redirect(wire, "http://[")),
          entry("redirects nowhere", wire -> wire.send(308, "text/plain", "")));

  private static final Map<String, Behaviour> STREAMS =
      Map.ofEntries(
          entry(
              "stream stays open after the answer",
              wire -> {
                wire.stream(wire.sound());
                wire.hang();
              }),
          entry(
              "stream goes on after the answer",
              wire -> {
                wire.stream(wire.sound());
                wire.flood(": more\n\n");
              }),
          entry(
              "stream without end",
              wire -> {
                wire.stream();
                wire.flood(": still here\n\n");
              }),
          entry(
              "event without end",
              wire -> {
                wire.stream();
                wire.raw("data: ");
                wire.flood("x");
              }),
          entry(
              "stream byte by byte",
              wire -> {
                wire.stream();
                wire.drip(Wire.event(wire.sound()), 2);
              }),
          entry("stream without an answer", wire -> wire.stream()),
          entry("broken JSON in a stream", wire -> wire.stream("{\"jsonrpc\":")),
          entry(
              "invalid UTF-8 in a stream",
              wire -> {
                wire.head(200, EVENTS);
                wire.write(new byte[] {'d', 'a', 't', 'a', ':', (byte) 0xff, '\n', '\n'});
                wire.hang();
              }),
          entry("another answer first", wire -> wire.stream(stray(wire), wire.sound())),
          entry("another answer only", wire -> wire.stream(stray(wire))),
          entry("answers twice in a stream", wire -> wire.stream(wire.sound(), wire.sound())),
          entry("drops the stream for ever", wire -> wire.raw(OK + EVENTS + "\r\n\r\nid: 1\n\n")),
          entry(
              "asks without end",
              wire -> {
                if (!wire.body.has("method")) {
                  wire.send(202, "text/plain", "");
                } else {
                  wire.stream();
                  wire.flood(Wire.event("{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}"));
                }
              }));

  private static String stray(Wire wire) {
    return wire.sound().replace("\"id\":" + wire.id(), "\"id\":77");
  }

  private static Behaviour answer(int status, String type, String body) {
    return wire -> wire.send(status, type, body);
  }

  private static Behaviour slowly(int millis) {
    return wire -> {
      wire.pause(millis);
      wire.soundly();
    };
  }

  private static Behaviour length(String length) {
    return wire -> {
      wire.head(200, JSON + "\r\nContent-Length: " + length);
      wire.raw(wire.sound());
    };
  }

  private static void twoTypes(Wire wire) throws IOException {
    wire.head(200, "Content-Type: text/html\r\n" + JSON);
    wire.raw(wire.sound());
  }

  private static void redirect(Wire wire, String to) throws IOException {
    wire.send(308, "text/plain", "", "Location: " + to);
  }

  private static void utf16(Wire wire) throws IOException {
    wire.send(
        200, "application/json; charset=utf-16", wire.sound().getBytes(StandardCharsets.UTF_16));
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
