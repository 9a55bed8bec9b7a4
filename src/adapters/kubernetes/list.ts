import { z } from 'zod';
import { createJsonSplitter } from '../../domain/json-splitter.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { KindInfo } from '../../domain/kubernetes/kinds.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseJson } from '../../domain/json.ts';
import { apiPath, failureText } from './answer.ts';
import type { Connection } from './connect.ts';
import type { ApiResponse } from './transport.ts';
import { retryAfter } from './backoff.ts';

/** Page size, as client-go's pager asks for it. */
const PAGE = 500;
const MAX_RESTARTS = 2;
const MAX_ATTEMPTS = 4;
/** Milliseconds for one kind altogether. */
const TOTAL = 180_000;

/** Where a kind is listed, and who takes its objects. */
export interface ListOptions {
  readonly clock: Clock;
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before the first page, and again where paging has to begin anew: what was taken so far is void. */
  readonly begin: () => void;
  readonly item: (raw: JsonObject) => void;
}

const Item = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);
const Head = z.object({
  metadata: z.object({ resourceVersion: z.string().nullish(), continue: z.string().nullish() }),
});

/**
 * Lists one kind in pages of 500; each object is handed over as it arrives and can be forgotten at once. Waits out 429
 * and 5xx, begins anew after 410 in the middle of paging. Returns the resourceVersion to watch from.
 * Error codes: `cluster-unreachable`, `cluster-unauthorized` (401), `forbidden` (403), `not-served` (404).
 */
export async function listKind(
  connection: Connection,
  kind: KindInfo,
  options: ListOptions,
): Promise<Result<string, Problem>> {
  const { clock, signal } = options;
  const path = apiPath(kind.apiVersion, [kind.plural], options.namespace);
  const deadline = clock.now().getTime() + TOTAL;
  let token = '';
  let restarts = 0;
  let attempts = 0;
  options.begin();
  for (;;) {
    // A list that keeps expiring is asked for in one piece, as client-go's pager does.
    const limit: Record<string, string> = restarts > MAX_RESTARTS ? {} : { limit: String(PAGE) };
    const query: Record<string, string> = token === '' ? limit : { ...limit, continue: token };
    const page = await listPage(connection, { path, query, signal }, options.item);
    if (page.ok) {
      if (page.value.token === '') return ok(page.value.resourceVersion);
      token = page.value.token;
      attempts = 0;
      continue;
    }
    const { wait, expired, failure } = page.error;
    if (signal?.aborted === true || clock.now().getTime() > deadline) return err(failure);
    if (expired && restarts <= MAX_RESTARTS) {
      restarts++;
    } else if (wait !== undefined && attempts < MAX_ATTEMPTS) {
      attempts++;
      await clock.sleep(wait === 0 ? retryAfter(attempts) : wait, signal);
      // The same page again: the token stands for one state of the cluster, so its objects only come twice.
      continue;
    } else return err(failure);
    token = '';
    options.begin();
  }
}

interface Page {
  readonly resourceVersion: string;
  /** Where the next page begins; empty after the last one. */
  readonly token: string;
}

interface PageFailure {
  readonly failure: Problem;
  /** Milliseconds to wait before asking again, 0 for the usual backoff; undefined where asking again is no use. */
  readonly wait?: number;
  readonly expired: boolean;
}

async function listPage(
  connection: Connection,
  request: { readonly path: string; readonly query: Record<string, string>; readonly signal: AbortSignal | undefined },
  item: (raw: JsonObject) => void,
): Promise<Result<Page, PageFailure>> {
  const response = await connection.request({ method: 'GET', ...request });
  if (!response.ok) {
    const retry = response.error.code === 'cluster-unreachable' ? { wait: 0 } : {};
    return err({ failure: response.error, expired: false, ...retry });
  }
  if (response.value.status !== 200) return err(await refusal(response.value, request.path));
  let head: unknown;
  let broken: string | undefined;
  const splitter = createJsonSplitter({
    item(text) {
      const raw = Item.safeParse(parseJson(text));
      if (raw.success) item(raw.data);
      else broken ??= 'an object that is not JSON';
    },
    rest(text) {
      head ??= parseJson(text);
    },
  });
  try {
    for await (const chunk of response.value.body) if (Buffer.isBuffer(chunk)) splitter.push(chunk);
  } catch (error) {
    broken = error instanceof Error ? error.message : 'unknown error';
  }
  splitter.end();
  const parsed = Head.safeParse(head);
  if (broken === undefined && parsed.success) {
    const { resourceVersion, continue: token } = parsed.data.metadata;
    return ok({ resourceVersion: resourceVersion ?? '', token: token ?? '' });
  }
  const from = `${connection.server}${request.path}`;
  const html = /^text\/html/i.test(response.value.headers['content-type'] ?? '');
  // What is complete and no list will be none at the second look either.
  if (html || (broken === undefined && head !== undefined)) {
    const message = `${from} is no list of an API server${html ? ', but HTML' : ''}`;
    return err({ failure: problem('cluster-unreachable', message, { hint: NO_API }), expired: false });
  }
  const message = `the list from ${from} cannot be read: ${broken ?? 'it breaks off'}`;
  return err({ failure: problem('cluster-unreachable', message), wait: 0, expired: false });
}

const NO_API = 'check the address in the kubeconfig: a login page, a proxy or another program answers there';

function fail(code: string, text: string, more: { readonly hint?: string } = {}): PageFailure {
  return { failure: problem(code, text, more), expired: false };
}

async function refusal(response: ApiResponse, path: string): Promise<PageFailure> {
  const { message } = await failureText(response.body);
  const { status, headers } = response;
  const said = message === '' ? `HTTP ${status}` : message;
  if (status === 403) return fail('forbidden', said);
  // The API server's words for a path that it does not know add nothing.
  const more = said === '404 page not found' ? '' : `: ${said}`;
  if (status === 404) return fail('not-served', `the cluster does not serve ${path}${more}`);
  if (status === 410)
    return { ...fail('cluster-unreachable', `lists expire before they are read: ${said}`), expired: true };
  const plain = /HTTP request to an HTTPS server/.test(said) ? { hint: 'write https: in the kubeconfig' } : {};
  const unreachable = fail('cluster-unreachable', `the API server answers ${status} to ${path}: ${said}`, plain);
  if (status !== 429 && status < 500) return unreachable;
  const seconds = Number(headers['retry-after']);
  return { ...unreachable, wait: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : 0 };
}
