import type { MiddlewareHandler } from 'hono';
import type { SandboxContext, SandboxEnv } from './http.ts';

/** How GitHub, or the way to it, misbehaves. */
type FaultKind =
  /** 502 after the work was done: the client cannot know. */
  | 'bad-gateway-after'
  /** 502 before anything was done. */
  | 'bad-gateway'
  | 'server-error'
  /** 403 with `retry-after`. */
  | 'secondary-rate-limit'
  /** 403 with `x-ratelimit-remaining: 0`. */
  | 'primary-rate-limit'
  | 'forbidden'
  | 'not-found'
  | 'unauthorized'
  /** Answers after `delay` milliseconds. */
  | 'slow'
  /** The connection breaks before, or after, the work was done. */
  | 'reset'
  | 'reset-after'
  /** 200 with a page of HTML, as captive portals and proxies answer. */
  | 'html';

/** What goes wrong with requests, and with which. */
export interface Fault {
  readonly kind: FaultKind;
  readonly method?: string;
  /** Tested against the path without the API's base. */
  readonly path?: RegExp;
  /** How many requests it hits; 1 unless given. */
  readonly times?: number;
  /** Matching requests that pass before it begins. */
  readonly after?: number;
  /** Seconds, for the rate limits. */
  readonly retryAfter?: number;
  /** Milliseconds, for `slow`. */
  readonly delay?: number;
}

/** Faults that wait to happen; the first that matches a request is used. */
export interface Faults {
  add(fault: Fault): void;
  take(method: string, path: string): Fault | undefined;
}

/** Begins with nothing wrong. */
export function createFaults(): Faults {
  const pending: { fault: Fault; skip: number; left: number }[] = [];
  return {
    add: (fault) => void pending.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 }),
    take(method, path) {
      for (const entry of pending) {
        const { fault } = entry;
        if (entry.left === 0 || (fault.method !== undefined && fault.method !== method)) continue;
        if (fault.path !== undefined && !fault.path.test(path)) continue;
        if (entry.skip-- > 0) continue;
        entry.left--;
        return fault;
      }
      return undefined;
    },
  };
}

const SECONDARY = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

function errorBody(message: string, status: string): { message: string; documentation_url: string; status: string } {
  return { message, documentation_url: 'https://docs.github.com/rest', status };
}

function answer(c: SandboxContext, fault: Fault): Response | undefined {
  const { kind, retryAfter = 60 } = fault;
  switch (kind) {
    case 'bad-gateway':
    case 'bad-gateway-after':
      return c.json({ message: 'Server Error' }, 502);
    case 'server-error':
      return c.json({ message: 'Server Error' }, 500);
    case 'secondary-rate-limit':
      return c.json(errorBody(SECONDARY, '403'), 403, { 'retry-after': String(retryAfter) });
    case 'primary-rate-limit': {
      const reset = String(Math.ceil(Date.now() / 1000) + retryAfter);
      const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
      return c.json(errorBody('API rate limit exceeded for user ID 1.', '403'), 403, headers);
    }
    case 'forbidden':
      return c.json(errorBody('Resource not accessible by personal access token', '403'), 403);
    case 'not-found':
      return c.json(errorBody('Not Found', '404'), 404);
    case 'unauthorized':
      return c.json(errorBody('Bad credentials', '401'), 401);
    case 'html':
      return c.html('<html><body>Sign in to this network</body></html>');
    case 'slow':
    case 'reset':
    case 'reset-after':
      return undefined;
  }
}

/** Lets pending faults happen around everything that comes after it. */
export function faultMiddleware(faults: Faults, base: string): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const fault = faults.take(c.req.method, c.req.path.slice(c.req.path.startsWith(base) ? base.length : 0));
    if (fault === undefined) return next();
    if (fault.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delay ?? 1000));
    if (['slow', 'bad-gateway-after', 'reset-after'].includes(fault.kind)) await next();
    if (fault.kind === 'reset' || fault.kind === 'reset-after') c.env.incoming.socket.destroy();
    const given = answer(c, fault);
    if (given === undefined && fault.kind === 'slow') return;
    c.res = undefined;
    c.res = given ?? c.body(null, 500);
  };
}
