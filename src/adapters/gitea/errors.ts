import { z } from 'zod';
import type { ForgeError } from '../../ports/forge.ts';
import type { Site } from '../forge/trouble.ts';
import { limited, refusal } from '../forge/trouble.ts';

/** services/context/api.go, APIError and APIErrorNotFound: 404 may have a list of errors beside its message. */
const ErrorBody = z.object({ message: z.string().catch(''), errors: z.array(z.string()).nullish().catch(undefined) });

/** Seconds to wait where a limit (of a proxy: Gitea has none of its own) does not say how long. */
const USUAL_WAIT = 60;

/** Turns a refusal into the port's error, with the server's words and without "could not ...". */
export function toForgeError(site: Site, status: number, headers: Headers, body: string): ForgeError {
  const { message, errors } = readBody(body);
  const text = [message, ...(errors ?? [])].filter(Boolean).join('; ') || `status ${status}`;
  const after = headers.get('retry-after');
  if (status === 429 || (status === 503 && after !== null)) {
    return limited(site, status, text, waitOf(after, headers.get('date')));
  }
  return refusal(site, status, text, body);
}

function readBody(body: string): z.infer<typeof ErrorBody> {
  try {
    const parsed = ErrorBody.safeParse(JSON.parse(body));
    if (parsed.success) return parsed.data;
  } catch {
    // A proxy's page: its status says enough.
  }
  return { message: '' };
}

/** RFC 9110: seconds or a date, which is compared with the answer's own date, so that a wrong clock here does no harm. */
function waitOf(after: string | null, date: string | null): number {
  const seconds = Number(after ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  const wait = (Date.parse(after ?? '') - Date.parse(date ?? '')) / 1000;
  return Number.isFinite(wait) ? Math.max(1, Math.ceil(wait)) : USUAL_WAIT;
}
