import type { TestContext } from 'node:test';
import type { Forge, PullRequest } from '../../../src/ports/forge.ts';
import { value } from '../../adapters/github/client.ts';
import type { Checkout } from './checkout.ts';

/** Accounts besides Remendo's: `writer` may write to the repository, `reader` may read it, `stranger` may nothing. */
export type Person = 'writer' | 'reader' | 'stranger';

/** One fresh repository on a forge with the files of `pushFirstCommit`, and what people do there. */
export interface ForgeWorld {
  /** Remendo's own view, with a credential that has the rights that the documentation names and no others. */
  readonly forge: Forge;
  /** Its login. */
  readonly login: string;
  /** The same over another way to send requests: how tests get between two of them. */
  readonly over: (send: typeof fetch) => Forge;
  /** The forge as somebody else sees it. */
  readonly as: (person: Person) => Promise<Forge>;
  /** Remendo's view with a credential that may be told about other people's rights. */
  readonly trusting: () => Promise<Forge>;
  /** Clone of the person `writer`. */
  readonly checkout: Checkout;
  readonly loginOf: (person: Person) => string;
  readonly comment: (number: number, person: Person, body: string) => Promise<void>;
  readonly label: (number: number, name: string) => Promise<void>;
  readonly merge: (number: number, method: 'merge' | 'squash' | 'rebase') => Promise<void>;
  readonly close: (number: number) => Promise<void>;
  readonly open: (title: string, head: string) => Promise<number>;
  /** A pull request of a stranger, whose head is a branch of this name in a fork, which may be gone by now. */
  readonly openFromFork: (head: string, fork: 'present' | 'deleted') => Promise<void>;
  readonly archive: () => Promise<void>;
  /** Tells the request that makes a commit, and the one that moves a branch. */
  readonly isCommit: Matcher;
  readonly isMove: Matcher;
}

export type Matcher = (method: string, path: string) => boolean;

export type StartWorld = (t: TestContext) => Promise<ForgeWorld>;

export const BRANCH = 'remendo/web-1';
export const MANIFEST = 'apps/web/deployment.yaml';
export const FILES = [{ path: MANIFEST, content: 'a: 1\n' }];

/** Head of main. */
export async function mainOf(forge: Forge): Promise<string> {
  const head = value(await forge.reader.branch('main'));
  if (head === undefined) throw new Error('main is gone');
  return head;
}

/** Writes one file onto a new branch. */
export async function commitOne(forge: Forge, branch = BRANCH, files = FILES): Promise<string> {
  return value(await forge.writer.commit({ branch, parent: await mainOf(forge), message: 'Fix web', files }));
}

/** The same, and opens a pull request for it. */
export async function openOne(forge: Forge, branch = BRANCH, body = 'Because.'): Promise<PullRequest> {
  await commitOne(forge, branch);
  return value(await forge.writer.createPullRequest({ title: 'Fix web', body, head: branch, base: 'main' }));
}

/** Does something right before the first request that matches. */
export function before(matches: Matcher, act: () => Promise<unknown>): typeof fetch {
  let done = false;
  return async (input, init) => {
    const { method, path } = requestOf(input, init);
    if (!done && matches(method, path)) {
      done = true;
      await act();
    }
    return fetch(input, init);
  };
}

/**
 * A connection that breaks for good: at the request with this number, counted from 1. `lost`: that request still arrives,
 * only its answer does not.
 */
export function breaking(at: number, lost: boolean): { readonly send: typeof fetch; readonly sent: () => number } {
  let n = 0;
  const send: typeof fetch = async (input, init) => {
    n++;
    if (n < at) return fetch(input, init);
    if (n === at && lost) await fetch(input, init).then((response) => response.arrayBuffer());
    throw new TypeError('fetch failed', { cause: new Error('the connection broke') });
  };
  return { send, sent: () => n };
}

/** A connection that loses one answer: that of the request with this number. */
export function losing(at: number): { readonly send: typeof fetch; readonly sent: () => number } {
  let n = 0;
  const send: typeof fetch = async (input, init) => {
    n++;
    const response = await fetch(input, init);
    if (n !== at) return response;
    await response.arrayBuffer();
    throw new TypeError('fetch failed', { cause: new Error('the answer was lost') });
  };
  return { send, sent: () => n };
}

/** A connection that loses the answer of the first write. */
export function losingWrite(): typeof fetch {
  let done = false;
  return async (input, init) => {
    const response = await fetch(input, init);
    if (done || requestOf(input, init).method === 'GET') return response;
    done = true;
    await response.arrayBuffer();
    throw new TypeError('fetch failed', { cause: new Error('the answer was lost') });
  };
}

/** Notes which of the requests that pass are writes, by their numbers from 1. */
export function numberingWrites(): { readonly send: typeof fetch; readonly writes: number[] } {
  const writes: number[] = [];
  let n = 0;
  const send: typeof fetch = (input, init) => {
    n++;
    if (requestOf(input, init).method !== 'GET') writes.push(n);
    return fetch(input, init);
  };
  return { send, writes };
}

/** A server that gives two things at once, however many it is asked for. */
export const givingFew: typeof fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  for (const name of ['limit', 'per_page']) if (url.searchParams.has(name)) url.searchParams.set(name, '2');
  return fetch(url, init);
};

function requestOf(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): { method: string; path: string } {
  const url = new URL(input instanceof Request ? input.url : String(input));
  return { method: init?.method ?? (input instanceof Request ? input.method : 'GET'), path: url.pathname };
}
