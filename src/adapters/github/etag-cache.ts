import type { Octokit } from '@octokit/rest';
import { z } from 'zod';

/** Where answers are kept for conditional requests. The local store fits; what is lost is only asked for again. */
export interface EtagCache {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

const MAX_ENTRY = 4 * 1024 ** 2;
const MAX_TOTAL = 24 * 1024 ** 2;

/** Keeps the answers used last, up to 24 Mi characters in all; bigger answers than 4 Mi are not kept. */
export function createMemoryCache(maxTotal = MAX_TOTAL): EtagCache {
  const entries = new Map<string, string>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.length ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const value = entries.get(key);
      // A Map keeps the order of insertion: what was used is put at the end again.
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set(key, value) {
      drop(key);
      entries.set(key, value);
      total += value.length;
      for (const oldest of entries.keys()) {
        if (total <= maxTotal) break;
        drop(oldest);
      }
    },
  };
}

const Kept = z.object({ etag: z.string(), link: z.string().optional(), data: z.unknown() });

/**
 * Makes every GET conditional: an answer that GitHub calls unchanged (304, free of the rate limit) comes from the cache.
 * `namespace` keeps the answers of different credentials apart.
 */
export function useEtags(octokit: Octokit, cache: EtagCache, namespace: string): void {
  octokit.hook.wrap('request', async (request, options) => {
    if (options.method !== 'GET') return request(options);
    const { url } = octokit.request.endpoint.parse(options);
    const key = `etag ${namespace} ${url}`;
    const kept = read(cache.get(key));
    if (kept) options.headers['if-none-match'] = kept.etag;
    try {
      const response = await request(options);
      const { etag, link } = response.headers;
      if (response.status === 200 && typeof etag === 'string') keep(cache, key, { etag, link, data: response.data });
      return response;
    } catch (error) {
      if (kept === undefined || !isNotModified(error)) throw error;
      const headers = kept.link === undefined ? {} : { link: kept.link };
      return { status: 200, url, headers, data: kept.data };
    }
  });
}

function keep(cache: EtagCache, key: string, answer: z.infer<typeof Kept>): void {
  try {
    const text = JSON.stringify(answer);
    if (text.length <= MAX_ENTRY) cache.set(key, text);
  } catch {
    // Octokit reads huge integers as BigInt, which JSON cannot hold: such an answer is asked for anew each time.
  }
}

function read(text: string | undefined): z.infer<typeof Kept> | undefined {
  if (text === undefined) return undefined;
  try {
    return Kept.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isNotModified(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === 304;
}
