import { distance } from 'fastest-levenshtein';
import type { Operation } from '../../domain/change.ts';
import type { MissingReference } from '../../domain/finding.ts';
import type { JsonValue } from '../../domain/json.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import { deepEqual, isObject } from '../../domain/json.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { formatCommit } from './field-history.ts';
import { keysOf } from './known-objects.ts';
import { baseName, unhashedName } from './kustomize-hash.ts';
import type { PodReference } from './pod-references.ts';
import { podReferences } from './pod-references.ts';
import type { ProposeContext, SourceVersion } from './proposer.ts';
import { isNear } from './similar.ts';

/** A key of a declared ConfigMap that took the place of another one, and what it holds. */
export interface Slip {
  readonly holder: RenderedObject;
  readonly key: string;
  readonly value: JsonValue;
}

/**
 * The ConfigMap that the missing one became: the commit that took it out of Git put in one other with exactly its data, which
 * is still declared as it was. Undefined for all else (a claim or an account under another name is another one).
 */
export async function renamedTo(
  context: ProposeContext,
  missing: MissingReference,
): Promise<{ readonly name: string; readonly by: string } | undefined> {
  if (missing.kind !== 'ConfigMap' || unhashedName(missing.name) !== undefined) return undefined;
  const lost = await lostWith(context, ({ ref }) => isOf(ref, missing) && ref.name === missing.name);
  if (!lost || keysOf(lost.object).length === 0) return undefined;
  const isTwin = (other: RenderedObject): boolean =>
    isOf(other.ref, missing) && unhashedName(other.ref.name) === undefined && sameData(other, lost.object);
  const added = lost.after.objects.filter(
    (other) =>
      isTwin(other) && !lost.before.objects.some(({ ref }) => isOf(ref, missing) && ref.name === other.ref.name),
  );
  const [only] = added;
  if (!only || added.length > 1) return undefined;
  const now = context.siblings.find(({ ref }) => isOf(ref, missing) && ref.name === only.ref.name);
  return now && isTwin(now) ? { name: only.ref.name, by: formatCommit(lost.after.commit) } : undefined;
}

/**
 * The key that the commit which took out the missing one put in, written nearly the same, where no workload of the Application
 * asks for it: a slip of the pen in the ConfigMap. Undefined where none or several can be meant.
 */
export async function keyWithSlip(
  context: ProposeContext,
  missing: MissingReference,
  key: string,
): Promise<Slip | undefined> {
  if (missing.kind !== 'ConfigMap') return undefined;
  const isHolder = ({ ref }: RenderedObject): boolean =>
    isOf(ref, missing) && baseName(ref.name) === baseName(missing.name);
  const lost = await lostWith(context, (object) => isHolder(object) && keysOf(object).includes(key));
  const after = lost?.after.objects.find(isHolder);
  const holder = context.siblings.find(isHolder);
  const data = holder?.object['data'];
  if (!lost || !after || !holder || !isObject(data)) return undefined;
  const added = keysOf(after).filter((other) => !keysOf(lost.object).includes(other) && isSlipOfKey(other, key));
  const [only] = added;
  const value = only === undefined ? undefined : data[only];
  if (only === undefined || added.length > 1 || value === undefined || isAsked(context, holder, only)) return undefined;
  return { holder, key: only, value };
}

/**
 * The misspelt key of a ConfigMap that came new, where the same reference asked another object for the right one before: then the
 * reference is right. `until` is the commit that moved it; `slip` is undefined where the new object cannot be mended, or it
 * is not certain how.
 */
export async function slipOfNewHolder(
  context: ProposeContext,
  missing: MissingReference,
  key: string,
  near: string | undefined,
): Promise<{ readonly until: string; readonly slip: Slip | undefined } | undefined> {
  const { declared, siblings } = context;
  const places = podReferences(declared).filter(({ name, key: asked }) => name === missing.name && asked === key);
  let after: string | undefined;
  for await (const { objects, commit } of context.versions()) {
    const then = objects.find(({ ref }) => sameObject(ref, declared.ref));
    const before = then && podReferences(then).find((one) => one.name !== missing.name && isSamePlace(one, places));
    const had = objects.some(
      (object) => isOf(object.ref, missing) && object.ref.name === before?.name && keysOf(object).includes(key),
    );
    if (had && after !== undefined) {
      const holder = siblings.find(({ ref }) => isOf(ref, missing) && ref.name === missing.name);
      const value = near === undefined ? undefined : getField(holder?.object, ['data', near]);
      const isOpen = holder && missing.kind === 'ConfigMap' && holder.object['immutable'] !== true;
      const slip =
        isOpen && near !== undefined && value !== undefined && !isAsked(context, holder, near)
          ? { holder, key: near, value }
          : undefined;
      return { until: after, slip };
    }
    after = formatCommit(commit);
  }
  return undefined;
}

function isSamePlace({ keyPath, key }: PodReference, places: readonly PodReference[]): boolean {
  return (
    keyPath !== undefined &&
    places.some((one) => one.key === key && one.keyPath && formatFieldPath(one.keyPath) === formatFieldPath(keyPath))
  );
}

const LONG_KEY = 6;

/** Whether a key that took the place of another one is that one misspelt: also in a short word (`QUEUE_ULR`), as it is known what was meant. */
export function isSlipOfKey(written: string, meant: string): boolean {
  if (isNear(written, meant)) return true;
  const isSwap = written.length === meant.length && lettersOf(written) === lettersOf(meant);
  return isSwap && meant.length >= LONG_KEY && distance(written, meant) === 2;
}

function lettersOf(text: string): string {
  return text.toLowerCase().split('').sort().join('');
}

/** Gives the key its name back, with the value that it has now. */
export function renameKey({ key, value }: Slip, meant: string): Operation[] {
  return [
    { op: 'test', path: ['data', key], value },
    { op: 'remove', path: ['data', key] },
    { op: 'add', path: ['data', meant], value },
  ];
}

/** The newest earlier version that declares such an object, and the version after it. */
async function lostWith(
  context: ProposeContext,
  isMeant: (object: RenderedObject) => boolean,
): Promise<{ object: RenderedObject; before: SourceVersion; after: SourceVersion } | undefined> {
  let after: SourceVersion | undefined;
  for await (const before of context.versions()) {
    const object = before.objects.find(isMeant);
    if (object) return after && { object, before, after };
    after = before;
  }
  return undefined;
}

function isAsked({ siblings }: ProposeContext, holder: RenderedObject, key: string): boolean {
  return siblings.some((sibling) =>
    podReferences(sibling).some(
      (reference) =>
        reference.kind === holder.ref.kind &&
        baseName(reference.name) === baseName(holder.ref.name) &&
        reference.key === key,
    ),
  );
}

function isOf({ kind, namespace }: RenderedObject['ref'], missing: MissingReference): boolean {
  return kind === missing.kind && namespace === missing.namespace;
}

function sameData({ object: a }: RenderedObject, { object: b }: RenderedObject): boolean {
  return ['data', 'binaryData'].every((field) => deepEqual(a[field] ?? {}, b[field] ?? {}));
}
