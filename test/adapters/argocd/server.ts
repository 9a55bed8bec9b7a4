import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { z } from 'zod';

/** An answer as it came from a real argocd-server: see fixtures/argocd. */
const Answer = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown().optional(),
  base64: z.array(z.string()).optional(),
});
export type Answer = z.input<typeof Answer>;

export function recorded(name: string): Answer {
  const file = new URL(`../../../fixtures/argocd/${name}.json`, import.meta.url);
  return Answer.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly token: string | undefined;
  readonly body: Buffer;
}

/** A server that gives the answers in turn, one a request, and an error where there are no more. */
export async function serve(
  t: TestContext,
  answers: readonly Answer[],
): Promise<{ readonly url: string; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const { status, headers: theirs, body, base64 } = answers[asked.length] ?? { status: 500, headers: {} };
      const authorization = headers.authorization?.replace(/^Bearer /, '');
      const to = new URL(url, 'http://server');
      asked.push({ method, url: to, token: authorization, body: Buffer.concat(chunks) });
      response.writeHead(status, theirs);
      const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
      response.end(base64 === undefined ? text : Buffer.from(base64.join(''), 'base64'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // Safe: a server that listens on TCP has an AddressInfo.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
