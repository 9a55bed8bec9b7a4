import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';
import type { GitCommit } from '../../ports/git.ts';
import type { SourceVersion } from './proposer.ts';

/** The last time a field changed in Git: what it was before, and the commit that made it what it is. */
export interface FieldChange {
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
  readonly commit: GitCommit;
}

/** The object as a version declares it; undefined where that version does not. */
export function objectIn(version: SourceVersion, ref: ObjectRef): RenderedObject | undefined {
  return version.objects.find((object) => sameObject(object.ref, ref));
}

/** The latest change of one field of a declared object; undefined where the history that can be read shows none. */
export async function lastFieldChange(
  versions: AsyncIterable<SourceVersion>,
  ref: ObjectRef,
  path: FieldPath,
): Promise<FieldChange | undefined> {
  let newer: { value: JsonValue | undefined; commit: GitCommit } | undefined;
  for await (const version of versions) {
    const object = objectIn(version, ref);
    // Before the object existed there is nothing to compare with.
    if (!object) return undefined;
    const value = getField(object.object, path);
    if (newer && !deepEqual(newer.value, value)) return { before: value, after: newer.value, commit: newer.commit };
    newer = { value, commit: version.commit };
  }
  return undefined;
}

/** `ced20d8 "api: smaller migration" (Platform, 2026-11-21)`. The subject is untrusted text; one line, at most 80 characters. */
export function formatCommit(commit: GitCommit): string {
  const subject = commit.subject.replaceAll(/\s+/g, ' ').trim();
  const short = subject.length > 80 ? `${subject.slice(0, 79)}…` : subject;
  return `${commit.revision.slice(0, 7)} "${short}" (${commit.author}, ${commit.committedAt.slice(0, 10)})`;
}
