import { badRequest, expired } from '../api-status.ts';
import type { KubeObject } from '../objects.ts';
import type { Resource } from '../resources.ts';
import { apiVersionOf } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { Reply } from './reply.ts';
import { failure } from './reply.ts';
import { parseSelectors } from './selectors.ts';
import type { Target } from './target.ts';

const CONTINUE_TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

interface Page {
  readonly version: number;
  readonly items: readonly KubeObject[];
}

/** Serves lists, in pages of one consistent moment. */
export interface Lister {
  list(target: Target, query: URLSearchParams, gone: boolean): Reply;
}

/** Lists page after page; the states that pages are cut from are kept for the last `snapshots` lists. */
export function createLister(store: ObjectStore, snapshots = 16): Lister {
  const open = new Map<string, Page>();
  const texts = new WeakMap<KubeObject, string>();
  let token = 0;

  // Items of built-in kinds carry no apiVersion and kind, those of custom resources do.
  const textOf = (object: KubeObject, resource: Resource): string => {
    const known = texts.get(object);
    if (known !== undefined) return known;
    const { apiVersion: _apiVersion, kind: _kind, ...item } = object;
    const text = JSON.stringify(resource.group === 'argoproj.io' ? object : item);
    texts.set(object, text);
    return text;
  };
  return {
    list: (target, query, gone) => {
      const selectors = parseSelectors(query);
      if ('problem' in selectors) return failure(badRequest(selectors.problem));
      const after = query.get('continue') ?? '';
      const [id = '', start = '0'] = after === '' ? [] : Buffer.from(after, 'base64url').toString().split(':');
      const page = after === '' ? snapshot(store, target, selectors.filter) : open.get(id);
      if (!page || (gone && after !== '')) return failure(expired(CONTINUE_TOO_OLD));
      const limit = Number(query.get('limit') ?? 0) || page.items.length;
      const from = Number(start);
      const items = page.items.slice(from, from + limit);
      const left = page.items.length - from - items.length;
      const metadata: Record<string, string | number> = { resourceVersion: String(page.version) };
      if (left > 0) {
        const next = after === '' ? String(++token) : id;
        open.set(next, page);
        const oldest = [...open.keys()][0];
        if (open.size > snapshots && oldest !== undefined) open.delete(oldest);
        metadata.continue = Buffer.from(`${next}:${from + items.length}`).toString('base64url');
        metadata.remainingItemCount = left;
      }
      const head = JSON.stringify({
        kind: `${target.resource.kind}List`,
        apiVersion: apiVersionOf(target.resource),
        metadata,
      });
      const body = `${head.slice(0, -1)},"items":[${items.map((item) => textOf(item, target.resource)).join(',')}]}`;
      return { code: 200, body, type: 'application/json' };
    },
  };
}

const sortKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function snapshot(store: ObjectStore, target: Target, filter: (object: KubeObject) => boolean): Page {
  const items = store.list(target.resource.kind, target.namespace).filter(filter);
  return { version: store.version(), items: items.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) };
}
