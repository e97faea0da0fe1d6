import assert from "node:assert/strict";
import { test } from "node:test";
import { SseParser, type Message } from "../../main/ts/sse.ts";

function parse(...chunks: string[]): Message[] {
  const messages: Message[] = [];
  const parser = new SseParser((message) => messages.push(message));
  chunks.forEach((chunk) => parser.push(chunk));
  return messages;
}

const STREAM = ': hello\r\nevent: health\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: beat\r\n\r\ndata:x\r\n\r\n';
const MESSAGES = [
  { event: "health", data: '{"a":\n1}' },
  { event: "message", data: "x" },
];

for (const end of ["\r\n", "\n", "\r"]) {
  test(`push_linesEndIn${JSON.stringify(end)}`, () => {
    // The character after the last CR tells that it is no half of a CR LF.
    assert.deepEqual(parse(STREAM.replaceAll("\r\n", end), ":"), MESSAGES);
  });
}

test("push_cutAnywhere", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    assert.deepEqual(parse(STREAM.slice(0, cut), STREAM.slice(cut)), MESSAGES, `cut at ${cut}`);
  }
});

test("push_unfinishedMessage_isHeldBack", () => {
  assert.deepEqual(parse("event: metrics\ndata: {}\n"), []);
});
