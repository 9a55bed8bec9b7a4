import type { ModelError } from '../../ports/model.ts';

/** What is known about a failed request: an HTTP status where one came back, the server's words, its wish to wait. */
export interface Failure {
  readonly error: ModelError;
  readonly status?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** Understands what the openai package throws. `timedOut` and `aborted` say whose signal ended the request. */
export function failureOf(error: unknown, state: { timedOut: boolean; aborted: boolean }, now: Date): Failure {
  const words = wordsOf(error);
  if (state.aborted) return { error: { code: 'timeout', message: 'the call was given up from outside' } };
  if (state.timedOut) return { error: { code: 'timeout', message: 'the model did not answer in time' } };
  const { status, code, headers } = fieldsOf(error);
  if (status === undefined) {
    if (/not valid JSON|Unexpected|JSON/.test(words) && error instanceof SyntaxError) {
      return { error: { code: 'not-json', message: 'the server answered with broken JSON' } };
    }
    return { error: { code: 'unreachable', message: `no connection to the model server: ${words}` } };
  }
  const said = (text: string): string => `${text} (HTTP ${status}): ${words}`;
  if (status === 401 || status === 403) {
    return { status, error: { code: 'unauthorized', message: said('the model server does not accept the key') } };
  }
  if (status === 429) {
    const retryAfter = secondsToWait(headers, now);
    const outOfQuota = code === 'insufficient_quota';
    const error = {
      code: 'rate-limited',
      message: said(outOfQuota ? 'no quota is left' : 'rate limit reached'),
    } as const;
    // An empty account does not fill up by waiting.
    return {
      status,
      error,
      ...(outOfQuota ? { retryAfter: Infinity } : retryAfter === undefined ? {} : { retryAfter }),
    };
  }
  if (status === 408) return { status, error: { code: 'timeout', message: said('the model server timed out') } };
  if (status >= 500) return { status, error: { code: 'server-error', message: said('the model server failed') } };
  if (code === 'context_length_exceeded' || status === 413 || /context length|too many tokens/i.test(words)) {
    return { status, error: { code: 'too-long', message: said('the question is too long for the model') } };
  }
  return { status, error: { code: 'rejected', message: said('the model server does not take the request') } };
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const cause = error.cause instanceof Error ? deepestMessage(error.cause) : '';
  return `${error.message}${cause === '' ? '' : `: ${cause}`}`.slice(0, 300);
}

function deepestMessage(error: Error): string {
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}

/** The fields of the package's APIError, read by form so that it need not be loaded to look at an error. */
function fieldsOf(error: unknown): { status?: number; code?: string; headers?: Headers } {
  if (!(error instanceof Error)) return {};
  const status = 'status' in error && typeof error.status === 'number' ? { status: error.status } : {};
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const headers = 'headers' in error && error.headers instanceof Headers ? { headers: error.headers } : {};
  return { ...status, ...code, ...headers };
}

/** `retry-after` in seconds or as an HTTP date (RFC 9110 10.2.3). */
function secondsToWait(headers: Headers | undefined, now: Date): number | undefined {
  const value = headers?.get('retry-after');
  if (value == null || value === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now.getTime()) / 1000);
}
