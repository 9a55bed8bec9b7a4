import type { ServerResponse } from 'node:http';
import type { ApiStatus } from '../api-status.ts';

/** An HTTP answer that is ready to be sent. */
export interface Reply {
  readonly code: number;
  readonly body: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** An answer of JSON. */
export function json(body: unknown, code = 200, headers: Reply['headers'] = {}): Reply {
  return { code, body: JSON.stringify(body), type: 'application/json', headers };
}

/** The answer that says a Status, with its code. */
export function failure(status: ApiStatus, warnings: readonly string[] = [], headers: Reply['headers'] = {}): Reply {
  return json(status, status.code, { ...headers, ...warningHeaders(warnings) });
}

/** `Warning: 299 - "..."`, one header a warning (RFC 7234). */
export function warningHeaders(warnings: readonly string[]): Record<string, string[]> {
  if (warnings.length === 0) return {};
  return { Warning: warnings.map((text) => `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`) };
}

/** Sends an answer and ends the response. */
export function send(response: ServerResponse, reply: Reply): void {
  const headers = Object.entries(reply.headers ?? {}).map(
    ([key, value]) => [key, typeof value === 'string' ? value : [...value]] as const,
  );
  response.writeHead(reply.code, {
    'Content-Type': reply.type,
    'Cache-Control': 'no-cache, private',
    ...Object.fromEntries(headers),
  });
  response.end(reply.body);
}
