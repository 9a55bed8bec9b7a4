import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** A server that listens. */
export interface Serving {
  /** HOST:PORT that is listened on. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the probes and the metrics, and nothing else. Error code: `listen-failed`. */
export async function serve(
  listen: string,
  health: Pick<Health, 'live' | 'ready'>,
  metrics: Pick<Metrics, 'text' | 'contentType'>,
): Promise<Result<Serving, Problem>> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 8192 },
    (request, response) => {
      const [path] = (request.url ?? '').split('?');
      if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'only GET\n');
      if (path === '/metrics') return void measured(response, metrics);
      const look = path === '/healthz' ? health.live() : path === '/readyz' ? health.ready() : undefined;
      if (!look) return answer(response, 404, 'there are /healthz, /readyz and /metrics\n');
      answer(response, look.ok ? 200 : 503, `${look.reason}\n`);
    },
  );
  server.maxConnections = 100;
  const at = listen.lastIndexOf(':');
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '');
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(listen.slice(at + 1)), host, resolve);
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err(
      problem('listen-failed', `cannot listen on ${listen}: ${why}`, { hint: 'see run.listen in the configuration' }),
    );
  }
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return ok({
    address: `${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function measured(response: ServerResponse, metrics: Pick<Metrics, 'text' | 'contentType'>): Promise<void> {
  try {
    answer(response, 200, await metrics.text(), metrics.contentType);
  } catch (error) {
    answer(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
