import { createCompactor } from '../../domain/compact.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Kind, ObjectOf } from '../../domain/kubernetes/kinds.ts';
import { project } from '../../domain/kubernetes/project.ts';
import type { Log } from '../../ports/log.ts';

/** The projected objects of one kind. A new list becomes visible when it is complete, never half. */
export interface KindCache {
  readonly kind: Kind;
  beginList(): void;
  addListed(raw: JsonObject): void;
  commitList(): void;
  put(raw: JsonObject): void;
  remove(raw: JsonObject): void;
  objects(): Iterable<ObjectOf<Kind>>;
}

/** `ignored` names namespaces whose objects are dropped on arrival. */
export function createKindCache(kind: Kind, ignored: ReadonlySet<string>, log: Log): KindCache {
  const compact = createCompactor();
  let current = new Map<string, ObjectOf<Kind>>();
  let listed = new Map<string, ObjectOf<Kind>>();
  let told = false;

  function add(to: Map<string, ObjectOf<Kind>>, raw: JsonObject): void {
    const key = keyOf(raw);
    if (ignored.has(key.namespace)) return;
    const projected = project(kind, raw);
    if (projected.ok) {
      to.set(key.text, compact(projected.value));
      return;
    }
    // An object in a shape that its own API does not have (a CRD without schema): the others still count.
    if (!told) log.warn({ kind, object: key.text, reason: projected.error }, 'object cannot be read and is left out');
    told = true;
    to.delete(key.text);
  }

  return {
    kind,
    beginList() {
      listed = new Map();
    },
    addListed: (raw) => add(listed, raw),
    commitList() {
      current = listed;
      listed = new Map();
    },
    put: (raw) => add(current, raw),
    remove(raw) {
      current.delete(keyOf(raw).text);
    },
    objects: () => current.values(),
  };
}

function keyOf(raw: JsonObject): { readonly namespace: string; readonly text: string } {
  const metadata = isObject(raw['metadata']) ? raw['metadata'] : {};
  const { namespace, name } = metadata;
  const scope = typeof namespace === 'string' ? namespace : '';
  return { namespace: scope, text: `${scope}/${typeof name === 'string' ? name : ''}` };
}
