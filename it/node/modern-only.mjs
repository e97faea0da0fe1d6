// A server of the TypeScript SDK that speaks only the modern era of the protocol.
//   node modern-only.mjs stdio
//   node modern-only.mjs http [PORT]    prints its address as the first line of stdout
import { createServer } from 'node:http';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

function sample() {
  const server = new McpServer({ name: 'modern-only', version: '1.0.0' });
  server.registerTool(
    'echo',
    { description: 'Gives the text back', inputSchema: z.object({ text: z.string() }) },
    async ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
  server.registerTool(
    'add',
    {
      description: 'Adds two numbers',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
    },
    async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  return server;
}

async function body(incoming) {
  const parts = [];
  for await (const part of incoming) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

// The SDK's handler takes the web's Request; node:http has its own kind.
async function forward(handler, incoming, outgoing) {
  const request = new Request(new URL(incoming.url, `http://${incoming.headers.host}`), {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    body: ['GET', 'HEAD'].includes(incoming.method) ? undefined : await body(incoming),
  });
  const response = await handler.fetch(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) {
    for await (const part of response.body) {
      outgoing.write(part);
    }
  }
  outgoing.end();
}

function serveHttp(port) {
  const handler = createMcpHandler(sample, { legacy: 'reject' });
  const http = createServer((incoming, outgoing) => {
    if (new URL(incoming.url, 'http://localhost').pathname !== '/mcp') {
      outgoing.writeHead(404).end();
      return;
    }
    forward(handler, incoming, outgoing).catch((error) => {
      console.error(error);
      outgoing.destroy();
    });
  });
  http.listen(port, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${http.address().port}/mcp`);
  });
}

const [mode, port = '0'] = process.argv.slice(2);
if (mode === 'stdio') {
  serveStdio(sample, { legacy: 'reject' });
} else if (mode === 'http') {
  serveHttp(Number(port));
} else {
  console.error('usage: node modern-only.mjs stdio | http [PORT]');
  process.exit(2);
}
