#!/bin/sh
# A minimal MCP server over stdio, for many at once: a shell takes a hundredth of a JVM's memory.
# The first word says which era it speaks: legacy or modern. It knows only what a probe asks, and
# finds the method and the id in the text of a message that is written without spaces.
tools='"tools":[{"name":"echo","description":"Gives the text back","inputSchema":{"type":"object"}}]'
meta='"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"shell","version":"1"}}'
cacheable='"ttlMs":60000,"cacheScope":"public","resultType":"complete"'
while IFS= read -r line; do
  case $line in
    *'"method":"'*'"id":'* | *'"id":'*'"method":"'*) ;;
    *) continue ;; # a notification
  esac
  method=${line#*'"method":"'}
  method=${method%%'"'*}
  id=${line##*'"id":'}
  id=${id%%[,\}]*}
  result=
  case $1/$method in
    legacy/initialize)
      result='"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"shell","version":"1"}'
      ;;
    legacy/ping) result=' ' ;;
    legacy/tools/list) result=$tools ;;
    modern/server/discover)
      result="\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},$meta,$cacheable"
      ;;
    modern/tools/list) result=$tools,$cacheable ;;
  esac
  if [ -n "$result" ]; then
    printf '{"jsonrpc":"2.0","id":%s,"result":{%s}}\n' "$id" "$result"
  else
    printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"method not found"}}\n' "$id"
  fi
done
