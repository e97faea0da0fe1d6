package io.mcprealtime.mcp;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;

import io.mcprealtime.Era;
import java.util.List;
import java.util.Map;

/**
 * What a stdio server does wrong, by the words that name it, each a few lines of shell: a shell
 * starts at once and does to its pipes whatever it is told.
 */
final class StdioMisbehaviours {
  /**
   * A sound server. A misbehaviour either does something before it serves, or redefines {@code
   * misbehave}, which answers the method that {@code $at} names.
   */
  private static final String SERVER =
      """
      ask() {
        IFS= read -r line || return 1
        method=${line#*'"method":"'}
        method=${method%%'"'*}
        case $line in
          *'"id":'*) id=${line##*'"id":'}; id=${id%%[!0-9]*} ;;
          *) id= ;;
        esac
      }
      say() { printf '%s\\n' "$1"; }
      result() { say '{"jsonrpc":"2.0","id":'"$id"',"result":'"$1"'}'; }
      error() { say '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":'"$1"',"message":"'"$2"'"}}'; }
      discovered() {
        result '{"supportedVersions":["'"$1"'"],"capabilities":{"tools":{}},"resultType":"complete"}'
      }
      greeted() { result '{"protocolVersion":"'"$1"'","capabilities":{"tools":{}}}'; }
      sound() {
        case $era:$method in
          MODERN:server/discover) discovered 2026-07-28 ;;
          LEGACY:initialize) greeted 2025-11-25 ;;
          LEGACY:ping) result '{}' ;;
          *:tools/list) result '{"tools":[{"name":"echo"}]}' ;;
          *) error -32601 'Method not found' ;;
        esac
      }
      many() { head -c "$1" /dev/zero | tr '\\0' "$2"; }
      misbehave() { sound; }
      serve() {
        while ask; do
          if [ -z "$id" ]; then continue; fi
          if [ "$at" = any ] || [ "$method" = "$at" ]; then misbehave; else sound; fi
        done
      }
      """;

  private static final Map<String, String> ALL =
      Map.ofEntries(
          entry("slow start", "sleep 1"),
          entry("banner", "echo 'Welcome to the server!'"),
          entry("noise between", "misbehave() { echo loading; sound; }"),
          entry("blank lines between", "misbehave() { echo; sound; echo; }"),
          entry("lines end with CR LF", "misbehave() { printf '%s\\r\\n' \"$(sound)\"; }"),
          entry(
              "byte by byte",
              """
              misbehave() {
                text=$(sound)
                while [ -n "$text" ]; do
                  rest=${text#?}
                  printf %s "${text%"$rest"}"
                  text=$rest
                done
                echo
              }
              """),
          entry(
              "no newline at the end, stays", "misbehave() { printf %s \"$(sound)\"; sleep 999; }"),
          entry("no newline at the end, exits", "misbehave() { printf %s \"$(sound)\"; exit 0; }"),
          entry("half a line, then hangs", "misbehave() { printf '{\"jsonrpc\"'; sleep 999; }"),
          entry("half a line, then exits", "misbehave() { printf '{\"jsonrpc\"'; exit 8; }"),
          entry("never reads", "sleep 999"),
          entry("reads and says nothing", "misbehave() { :; }"),
          entry("closes stdout and lives on", "exec 1>&-; sleep 999"),
          entry("closes stdin and lives on", "misbehave() { exec 0<&-; sound; sleep 999; }"),
          entry("closes stderr", "exec 2>&-"),
          entry("floods stderr", "yes complaint >&2 &"),
          entry("stderr line without end", "yes complaint | tr -d '\\n' >&2 &"),
          entry("floods stdout", "exec yes y"),
          entry("line without end", "exec 3<&0; exec tr '\\0' x </dev/zero"),
          entry("gigantic answer", "misbehave() { printf '{\"x\":\"'; tr '\\0' x </dev/zero; }"),
          entry("exits at once", "echo 'no config' >&2; echo \"token $TOKEN\" >&2; exit 3"),
          entry("exits", "misbehave() { echo 'out of luck' >&2; exit 5; }"),
          entry("killed", "misbehave() { kill -9 $$; }"),
          entry("exits and leaves a child with the pipe", "misbehave() { sleep 999 & exit 6; }"),
          entry("child that is a daemon keeps the pipe", "setsid sleep 999 &"),
          entry("zombie child", "sh -c 'sleep 0.1 & exec sleep 999' >/dev/null &"),
          entry(
              "ignores SIGTERM and the end of stdin",
              "trap '' TERM; serve; while :; do sleep 999; done"),
          entry("answers everything twice", "misbehave() { sound; sound; }"),
          entry(
              "asks without end",
              "while :; do say '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}'; done"),
          entry("broken JSON", "misbehave() { say '{\"jsonrpc\":'; }"),
          entry("JSON that is no JSON-RPC", "misbehave() { say '{\"status\":\"ok\"}'; }"),
          entry("JSON 100,000 deep", "misbehave() { result \"$(many 100000 '[')\"; }"),
          entry(
              "a number of a million digits",
              "misbehave() { printf '{\"id\":%s,\"result\":{\"n\":' $id; many 1000000 9; say '}}'; }"),
          entry("invalid UTF-8", "misbehave() { printf '{\\377\\n'; }"),
          entry("a NUL in the text", "misbehave() { printf '{\"a\":\"\\0\"}\\n'; }"),
          entry("a byte order mark", "misbehave() { printf '\\357\\273\\277'; sound; }"),
          entry("UTF-16", "misbehave() { printf '\\377\\376{\\0}\\0\\n\\0'; }"),
          entry("an answer in an array", "misbehave() { say \"[$(sound)]\"; }"),
          entry("wrong id", "misbehave() { id=99; sound; }"),
          entry("error", "misbehave() { error -32603 'database is away'; }"),
          entry("result that is text", "misbehave() { result '\"fine\"'; }"),
          entry("discover without versions", "misbehave() { result '{}'; }"),
          entry("discover of the future", "misbehave() { discovered 2031-01-01; }"),
          entry("version mismatch", "misbehave() { greeted 1999-01-01; }"),
          entry("initialize in the modern version", "misbehave() { greeted 2026-07-28; }"),
          entry(
              "unsupported version",
              "misbehave() { say '{\"id\":'$id',\"error\":{\"code\":-32022,\"message\":\"no\","
                  + "\"data\":{\"supported\":[\"2031-01-01\"]}}}'; }"),
          entry("zero tools", "misbehave() { result '{\"tools\":[]}'; }"),
          entry("same page for ever", page("again")),
          entry("pages for ever", page("'$id'")));

  private StdioMisbehaviours() {}

  private static String page(String cursor) {
    return "misbehave() { result '{\"tools\":[{\"name\":\"a\"}],\"nextCursor\":\""
        + cursor
        + "\"}'; }";
  }

  /** The command of the server that does it. */
  static List<String> command(Era era, String how, String at) {
    String fault = requireNonNull(ALL.get(how), how);
    return List.of("sh", "-c", "era=%s at=%s\n%s\n%s\nserve".formatted(era, at, SERVER, fault));
  }
}
