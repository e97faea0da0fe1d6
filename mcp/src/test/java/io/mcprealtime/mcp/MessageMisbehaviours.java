package io.mcprealtime.mcp;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.function.Function;

/**
 * What a server says wrong in JSON-RPC and MCP, by the words that name it: the whole answer to a
 * request. The same over every transport.
 */
final class MessageMisbehaviours {
  private static final int MILLION = 1_000_000;
  private static final int DEPTH = 100_000;

  private MessageMisbehaviours() {}

  static Function<Wire, String> get(String how) {
    return requireNonNull(ALL.get(how), how);
  }

  private static final Map<String, Function<Wire, String>> ALL =
      Map.ofEntries(
          entry("broken JSON", wire -> "{\"jsonrpc\":"),
          entry("JSON that is no JSON-RPC", wire -> "{\"status\":\"ok\"}"),
          entry("JSON 100,000 deep", wire -> wire.result("[".repeat(DEPTH) + "]".repeat(DEPTH))),
          entry("a number of a million digits", wire -> with(wire, "n", "9".repeat(MILLION))),
          entry("a number beyond all bounds", wire -> with(wire, "n", "1e999999999")),
          entry("a NUL in the text", wire -> with(wire, "n", "\"a\0b\"")),
          entry("a byte order mark", wire -> "\uFEFF" + wire.sound()),
          entry("the same key twice", wire -> with(wire, "n", "1,\"n\":2")),
          entry("the id twice", wire -> wire.sound().replaceFirst("}$", ",\"id\":77}")),
          entry("text after the answer", wire -> wire.sound() + " and more"),
          entry("an answer in an array", wire -> "[" + wire.sound() + "]"),
          entry("all twice in an array", wire -> "[" + wire.sound() + "," + wire.sound() + "]"),
          entry("an empty array", wire -> "[]"),
          entry("wrong id", wire -> wire.sound().replace("\"id\":" + wire.id(), "\"id\":77")),
          entry("id as text", wire -> withId(wire, "\"" + wire.id() + "\"")),
          entry("id as a fraction", wire -> withId(wire, wire.id() + ".0")),
          entry("id as a huge number", wire -> withId(wire, "9".repeat(400))),
          entry("result that is text", wire -> wire.result("\"fine\"")),
          entry("result that is null", wire -> wire.result("null")),
          entry("error", wire -> wire.error(-32603, "database is away")),
          entry("error of a megabyte", wire -> wire.error(-32603, "away ".repeat(200_000))),
          entry("error that is text", wire -> wire.error("\"away\"")),
          entry("error with a code that is text", wire -> wire.error("{\"code\":\"E7\"}")),
          entry("method not found", wire -> wire.error(-32601, "Method not found")),
          entry("request that nobody can mean", wire -> wire.error(-32602, "no _meta here")),
          entry("header mismatch", wire -> wire.error(-32020, "header")),
          entry("unsupported version", wire -> unsupported(wire, "[\"2031-01-01\"]")),
          entry("unsupported version, no list", wire -> wire.error(-32022, "no")),
          entry("unsupported version, empty list", wire -> unsupported(wire, "[]")),
          entry("unsupported version, odd list", wire -> unsupported(wire, "[1,null,{}]")),
          entry(
              "unsupported version, endless list",
              wire -> unsupported(wire, "[" + "\"2031-01-01\",".repeat(9_999) + "1]")),
          entry("refuses the version it names", wire -> unsupported(wire, "[\"2026-07-28\"]")),
          entry("discover without versions", wire -> wire.result("{\"capabilities\":{}}")),
          entry("discover of the future", wire -> versions(wire, "[\"2031-01-01\"]")),
          entry("discover with versions as text", wire -> versions(wire, "\"2026-07-28\"")),
          entry("ttlMs negative", wire -> with(wire, "ttlMs", "-1")),
          entry("ttlMs huge", wire -> with(wire, "ttlMs", "1e300")),
          entry("ttlMs text", wire -> with(wire, "ttlMs", "\"soon\"")),
          entry("resultType unknown", wire -> with(wire, "resultType", "\"banana\"")),
          entry("resultType a number", wire -> with(wire, "resultType", "7")),
          entry("initialize without a version", wire -> wire.result("{\"capabilities\":{}}")),
          entry("version mismatch", wire -> greeting(wire, "1999-01-01")),
          entry("initialize in the modern version", wire -> greeting(wire, "2026-07-28")),
          entry("version of a megabyte", wire -> greeting(wire, "2".repeat(MILLION))),
          entry("input_required", wire -> wire.result("{\"resultType\":\"input_required\"}")),
          entry("zero tools", wire -> wire.result("{\"tools\":[]}")),
          entry("tools that are no list", wire -> wire.result("{\"tools\":{\"a\":1}}")),
          entry("no tools at all", wire -> wire.result("{}")),
          entry("the same page for ever", wire -> page(wire, "\"again\"")),
          entry("pages for ever", wire -> page(wire, "\"" + wire.id() + "\"")),
          entry("a cursor of 100 KB", wire -> page(wire, "\"" + "c".repeat(100 * 1024) + "\"")),
          entry("a cursor that is a number", wire -> page(wire, "7")),
          entry(
              "a tool with a bad header mark",
              wire ->
                  wire.result(
                      "{\"tools\":[{\"name\":\"ok\"},{\"name\":\"bad\",\"inputSchema\":{\"properties\":"
                          + "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}}}}]}")));

  private static String withId(Wire wire, String id) {
    return wire.sound().replace("\"id\":" + wire.id(), "\"id\":" + id);
  }

  /** The sound answer with one more member in its result. */
  private static String with(Wire wire, String name, String value) {
    String sound = wire.sound().replace("\"resultType\":\"complete\",", "");
    return sound.replaceFirst("\"result\":\\{", "\"result\":{\"" + name + "\":" + value + ",");
  }

  private static String unsupported(Wire wire, String versions) {
    return wire.error(
        "{\"code\":-32022,\"message\":\"no\",\"data\":{\"supported\":" + versions + "}}");
  }

  private static String versions(Wire wire, String versions) {
    return wire.result("{\"capabilities\":{},\"supportedVersions\":" + versions + "}");
  }

  private static String greeting(Wire wire, String version) {
    return wire.sound().replace("2025-11-25", version);
  }

  private static String page(Wire wire, String cursor) {
    return wire.result("{\"tools\":[{\"name\":\"a\"}],\"nextCursor\":" + cursor + "}");
  }
}
