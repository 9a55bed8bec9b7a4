import { z } from 'zod';
import type { ForgeError } from '../../ports/forge.ts';
import type { Site } from '../forge/trouble.ts';
import { foreignAnswer, limited, refusal, unreachable } from '../forge/trouble.ts';
import type { Scrub } from './scrub.ts';

const ErrorBody = z.object({
  message: z.string().default(''),
  errors: z
    .array(z.union([z.string(), z.object({ code: z.string().optional(), message: z.string().optional() })]))
    .optional()
    .catch(undefined),
});

/** What Octokit's RequestError holds where an answer came; its class is in a package that is not ours to import. */
const Answered = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
  data: z.unknown(),
});

/** GitHub's words for limits that pass: docs.github.com, "Rate limits for the REST API". */
const RATE_LIMIT = /secondary rate|rate limit exceeded|abuse detection/i;

/** What GitHub advises where a secondary limit comes without `retry-after`, in seconds. */
const USUAL_WAIT = 60;

/** Turns anything that a request threw into the port's error. `what` completes "could not ...". */
export function toForgeError(error: unknown, what: string, site: Site, scrub: Scrub): ForgeError {
  return told(reasonOf(error, site), what, scrub);
}

/** The error of an answer that does not have GitHub's form; `where` is the place that does not fit. */
export function toForeignAnswer(data: unknown, where: string, what: string, site: Site, scrub: Scrub): ForgeError {
  return told(foreignAnswer(site, data, where === '' ? '' : `at ${where}`), what, scrub);
}

function told(reason: ForgeError, what: string, scrub: Scrub): ForgeError {
  return { ...reason, message: scrub(`could not ${what}: ${reason.message}`).slice(0, 400) };
}

function reasonOf(error: unknown, site: Site): ForgeError {
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  const answered = Answered.safeParse(response);
  if (!answered.success) {
    // A private key that cannot be read fails before any request is made.
    const unreadable = error instanceof Error && !('request' in error) && /key|asn1|pem|decoder/i.test(error.message);
    if (unreadable) return { code: 'unauthorized', message: 'the private key cannot be used' };
    return unreachable(site, error);
  }
  const { status, headers, data } = answered.data;
  const parsed = ErrorBody.safeParse(data);
  const { message, errors = [] } = parsed.success ? parsed.data : { message: '' };
  const details = errors.map((item) => (typeof item === 'string' ? item : (item.message ?? item.code ?? '')));
  const text = [message, ...details].filter(Boolean).join('; ') || `status ${status}`;
  if (status === 429 || (status === 403 && isRateLimit(text, headers))) {
    return limited(site, status, text, waitOf(headers));
  }
  return refusal(site, status, text, data);
}

type Headers = z.infer<typeof Answered>['headers'];

function isRateLimit(text: string, headers: Headers): boolean {
  return (
    RATE_LIMIT.test(text) || headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0'
  );
}

/** Seconds to wait. The reset is compared with the answer's own date, so that a wrong clock here does no harm. */
function waitOf(headers: Headers): number {
  const after = Number(headers['retry-after']);
  if (Number.isFinite(after) && after >= 0) return after;
  const reset = Number(headers['x-ratelimit-reset']);
  const date = Date.parse(String(headers['date'])) / 1000;
  const spent = String(headers['x-ratelimit-remaining']) === '0';
  return spent && Number.isFinite(reset) && Number.isFinite(date)
    ? Math.max(1, Math.ceil(reset - date) + 1)
    : USUAL_WAIT;
}
