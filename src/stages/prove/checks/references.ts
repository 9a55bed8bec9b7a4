import { formatRef } from '../../../domain/object-ref.ts';
import { parseImageRef } from '../../../domain/image-ref.ts';
import { KINDS } from '../../../domain/kubernetes/kinds.ts';
import { findObject, isBlind } from '../../../domain/snapshot.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { getField } from '../../../domain/field-path.ts';
import { isObject } from '../../../domain/json.ts';
import { changedObjects } from '../changed-objects.ts';
import type { Check, ProveContext } from '../check.ts';
import type { Reference } from '../references.ts';
import { referencesOf } from '../references.ts';

type Found = 'yes' | 'no' | { readonly unknown: string };

/** Refuses when the change makes an object name something that does not exist. */
export const references: Check = {
  name: 'references',
  async run(context) {
    const unknown: string[] = [];
    let asked = 0;
    for (const { before, after } of changedObjects(context)) {
      const old = new Set(before ? referencesOf(before.ref.kind, before.object).map(keyOf) : []);
      for (const reference of referencesOf(after.ref.kind, after.object)) {
        if (old.has(keyOf(reference))) continue;
        asked++;
        const found = await exists(reference, after, context);
        if (found === 'no') {
          return {
            result: 'fail',
            code: 'missing-reference',
            detail: `${formatRef(after.ref)} would name ${describe(reference)}, which does not exist.`,
          };
        }
        if (found !== 'yes') unknown.push(`${describe(reference)} (${found.unknown})`);
      }
    }
    if (unknown.length > 0) {
      const detail = `Could not look up ${unknown.join(', ')}.`;
      return { result: 'unknown', code: 'registry-or-kind-unreadable', detail };
    }
    return asked === 0
      ? { result: 'not-applicable', detail: 'The change names nothing new.' }
      : { result: 'pass', detail: `Everything that the change names exists (${asked} looked up).` };
  },
};

function keyOf({ kind, name, key }: Reference): string {
  return `${kind}/${name}/${key ?? ''}`;
}

function describe({ kind, name, key }: Reference): string {
  return key === undefined ? `${kind} ${name}` : `key ${key} of ${kind} ${name}`;
}

async function exists(reference: Reference, owner: RenderedObject, context: ProveContext): Promise<Found> {
  const { kind, name, key } = reference;
  if (kind === 'Image') return imageExists(name, context);
  const namespace = owner.ref.namespace ?? context.location.spec.destination.namespace ?? 'default';
  const rendered = context.pairs
    .flatMap(({ after }) => after)
    .find(
      ({ ref }) => ref.kind === kind && ref.name === name && (!KINDS[kind].namespaced || ref.namespace === namespace),
    );
  if (rendered && (key === undefined || declaresKey(rendered, key))) return 'yes';
  if (isBlind(context.snapshot, kind)) return { unknown: `${kind}s cannot be read` };
  if (kind === 'ConfigMap' || kind === 'Secret') {
    const holder = findObject(context.snapshot, kind, name, namespace);
    return holder && (key === undefined || holder.keys.includes(key)) ? 'yes' : 'no';
  }
  return findObject(context.snapshot, kind, name, KINDS[kind].namespaced ? namespace : undefined) ? 'yes' : 'no';
}

function declaresKey({ object }: RenderedObject, key: string): boolean {
  return ['data', 'binaryData', 'stringData'].some((field) => {
    const data = getField(object, [field]);
    return isObject(data) && Object.hasOwn(data, key);
  });
}

async function imageExists(image: string, { snapshot, registry, signal }: ProveContext): Promise<Found> {
  const runs = snapshot.objects.Pod.some((pod) =>
    [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].some(
      (status) =>
        (status.state?.running !== undefined || status.ready === true) &&
        [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some(
          (container) => container.name === status.name && container.image === image,
        ),
    ),
  );
  if (runs) return 'yes';
  const parsed = parseImageRef(image);
  if (!parsed.ok) return 'no';
  const answer = await registry.exists(parsed.value, signal);
  if (answer.ok) return answer.value ? 'yes' : 'no';
  return answer.error.code === 'not-found' ? 'no' : { unknown: answer.error.message };
}
