import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:http';

export interface ProxyOptions {
  /** `http://127.0.0.1:PORT` that requests are passed on to. */
  readonly target: string;
  /** Texts of requests and answers that are replaced: [towards the client, in the target]. */
  readonly rename: readonly [string, string];
  /** Asked before a request is passed on, and again when it was answered: false cuts the connection. */
  readonly goesOn: (moment: 'before' | 'after', method: string, path: string) => boolean;
}

/** A reverse proxy on a port of its own, that can lose a request or its answer. */
export async function startProxy(options: ProxyOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void pass(request, response, options));
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pass(request: IncomingMessage, response: ServerResponse, options: ProxyOptions): Promise<void> {
  const { method = 'GET', url: path = '/' } = request;
  const body = await bytesOf(request);
  if (!options.goesOn('before', method, path)) return void request.socket.destroy();
  const [here, there] = options.rename;
  const { hostname, port } = new URL(options.target);
  const headers = { ...request.headers, 'accept-encoding': 'identity' };
  const passed = send({ hostname, port, method, path: path.replaceAll(here, there), headers, agent: false });
  passed.on('error', () => request.socket.destroy());
  passed.on('response', (answer) => {
    void bytesOf(answer).then((bytes) => {
      if (!options.goesOn('after', method, path)) return void request.socket.destroy();
      const json = String(answer.headers['content-type']).includes('json');
      const sent = json ? Buffer.from(bytes.toString('utf8').replaceAll(there, here)) : bytes;
      const { 'transfer-encoding': _, ...rest } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, { ...rest, 'content-length': sent.length });
      response.end(sent);
    });
  });
  passed.end(body);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
