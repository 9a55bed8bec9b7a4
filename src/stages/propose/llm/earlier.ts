import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual } from '../../../domain/json.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { formatRef, refKey } from '../../../domain/object-ref.ts';
import { redactJson } from '../../../domain/redact/redact-json.ts';
import type { Redact } from '../../../domain/redact.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { formatCommit, objectIn } from '../field-history.ts';
import { leafChanges } from '../object-diff.ts';
import type { SourceVersion } from '../proposer.ts';

/** What Git said about the shown objects before: to tell the model, and to hold its answer against. */
export interface Earlier {
  /** One line a changed field, grouped by commit, newest first; secrets hidden. */
  readonly text: string;
  /** Earlier forms of an object, newest first, the present one not included. */
  formsOf(ref: ObjectRef): readonly JsonObject[];
  /** Whether a field (or its absence: undefined) was declared so before. */
  hadBefore(ref: ObjectRef, path: FieldPath, value: JsonValue | undefined): boolean;
}

const MOST_VERSIONS = 8;
const MOST_LINES = 40;
const LONGEST_VALUE = 300;

/** Walks back through the newest versions of the Application. */
export async function readEarlier(
  versions: AsyncIterable<SourceVersion>,
  shown: readonly RenderedObject[],
  redact: Redact,
): Promise<Earlier> {
  const forms = new Map<string, JsonObject[]>();
  const lines: string[] = [];
  let newer: SourceVersion | undefined;
  let count = 0;
  for await (const version of versions) {
    if (newer) lines.push(...changesBetween(version, newer, shown, redact));
    for (const { ref } of shown) {
      const object = newer && objectIn(version, ref)?.object;
      if (object) forms.set(refKey(ref), [...(forms.get(refKey(ref)) ?? []), object]);
    }
    newer = version;
    if (++count >= MOST_VERSIONS) break;
  }
  const formsOf = (ref: ObjectRef): readonly JsonObject[] => forms.get(refKey(ref)) ?? [];
  return {
    text: lines.slice(0, MOST_LINES).join('\n'),
    formsOf,
    hadBefore: (ref, path, value) =>
      formsOf(ref).some((form) => {
        const parent = path.length < 2 ? form : getField(form, path.slice(0, -1));
        return parent !== undefined && deepEqual(getField(form, path), value);
      }),
  };
}

function changesBetween(
  older: SourceVersion,
  newer: SourceVersion,
  shown: readonly RenderedObject[],
  redact: Redact,
): string[] {
  const changes = shown.flatMap(({ ref }) => {
    const from = objectIn(older, ref)?.object;
    const to = objectIn(newer, ref)?.object;
    // An object that came or went as a whole is no change of a field.
    if (!from || !to) return [];
    return leafChanges(redactJson(from, redact), redactJson(to, redact)).map(
      (leaf) => `  ${formatRef(ref)} ${formatFieldPath(leaf.path)}: ${short(leaf.from)} -> ${short(leaf.to)}`,
    );
  });
  return changes.length === 0 ? [] : [`commit ${formatCommit(newer.commit)}`, ...changes];
}

function short(value: JsonValue | undefined): string {
  return value === undefined ? '(none)' : JSON.stringify(value).slice(0, LONGEST_VALUE);
}
