package io.mcprealtime.mcp;

import static java.util.Map.entry;

import io.mcprealtime.mcp.WireServer.Behaviour;
import java.io.IOException;
import java.util.Map;

/** What a server of the transport of 2024-11-05 does wrong, by the words that name it. */
final class SseMisbehaviours {
  private static final String EVENTS = "Content-Type: text/event-stream";

  private SseMisbehaviours() {}

  static Map<String, Behaviour> all() {
    return ALL;
  }

  /** Answers as a sound server does: over the stream of the GET. */
  static void soundly(Wire wire) throws IOException {
    if (wire.verb.equals("GET")) {
      open(wire);
      wire.hang();
    } else if (!wire.path.equals("/messages?s=1")) {
      wire.send(405, "text/plain", "");
    } else {
      accept(wire);
      if (!wire.isNotification()) {
        wire.server.events().raw(Wire.event(wire.sound()));
      }
    }
  }

  static void accept(Wire wire) throws IOException {
    wire.send(202, "text/plain", "Accepted");
  }

  private static void open(Wire wire) throws IOException {
    wire.server.keepEvents(wire);
    wire.head(200, EVENTS);
    wire.raw("event: endpoint\ndata: /messages?s=1\n\n");
  }

  private static Behaviour endpoint(String address) {
    return wire -> {
      wire.head(200, EVENTS);
      wire.raw("event: endpoint\ndata: " + address + "\n\n");
      wire.hang();
    };
  }

  private static final Map<String, Behaviour> ALL =
      Map.ofEntries(
          entry(
              "no endpoint",
              wire -> {
                wire.head(200, EVENTS);
                wire.hang();
              }),
          entry(
              "no endpoint, other events",
              wire -> {
                wire.head(200, EVENTS);
                wire.drip("event: hello\ndata: {}\n\n".repeat(1000), 20);
              }),
          entry("stream that ends", wire -> wire.head(200, EVENTS)),
          entry(
              "stream encoded as gzip",
              wire -> {
                wire.head(200, EVENTS + "\r\nContent-Encoding: gzip");
                wire.flood("x");
              }),
          entry("endpoint on another host", endpoint("http://b.example/x")),
          entry("endpoint of another scheme", endpoint("file:///etc/hostname")),
          entry("endpoint that is no address", endpoint("http://[")),
          entry("empty endpoint", endpoint("")),
          entry("endpoint that nobody serves", endpoint("/nowhere")),
          entry(
              "endpoint without end",
              wire -> {
                wire.head(200, EVENTS);
                wire.raw("event: endpoint\ndata: ");
                wire.flood("/x");
              }),
          entry(
              "stream byte by byte",
              wire -> {
                wire.server.keepEvents(wire);
                wire.head(200, EVENTS);
                wire.drip("event: endpoint\ndata: /messages?s=1\n\n", 2);
                wire.hang();
              }),
          entry(
              "stream that floods",
              wire -> {
                open(wire);
                wire.flood(": still here\n\n");
              }),
          entry("accepts and says nothing", SseMisbehaviours::accept),
          entry("answers in the POST", wire -> wire.json(wire.sound())),
          entry(
              "answers twice",
              wire -> {
                accept(wire);
                String event = Wire.event(wire.sound());
                wire.server.events().raw(event + event);
              }),
          entry(
              "broken JSON on the stream",
              wire -> {
                accept(wire);
                wire.server.events().raw(Wire.event("{\"jsonrpc\":"));
              }),
          entry(
              "invalid UTF-8 on the stream",
              wire -> {
                accept(wire);
                wire.server
                    .events()
                    .write(new byte[] {'d', 'a', 't', 'a', ':', (byte) 0xff, '\n', '\n'});
              }),
          entry(
              "gigantic event on the stream",
              wire -> {
                accept(wire);
                wire.server.events().raw("data: ");
                wire.server.events().flood("x");
              }),
          entry(
              "cuts the stream",
              wire -> {
                accept(wire);
                wire.server.events().reset();
              }),
          entry(
              "asks without end",
              wire -> {
                if (wire.verb.equals("GET")) {
                  open(wire);
                  wire.flood(Wire.event("{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}"));
                } else {
                  accept(wire);
                }
              }));
}
