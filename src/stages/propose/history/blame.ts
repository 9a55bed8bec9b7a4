import { getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { deepEqual } from '../../../domain/json.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import type { GitCommit } from '../../../ports/git.ts';
import { baseName } from '../kustomize-hash.ts';
import type { SourceVersion } from '../proposer.ts';
import { alignGenerated } from './align.ts';
import { SKEW } from '../deployments.ts';
import { time } from '../time.ts';
import type { GoodState } from './last-good.ts';
import type { Unit } from './units.ts';

/**
 * The commit that made a field what it is now; or why the field is not to blame: it changed again after the deployment that
 * broke the workload, or only after the symptom was there.
 */
export function blame(
  versions: readonly SourceVersion[],
  good: GoodState,
  unit: Unit,
): { readonly commit: GitCommit; readonly isLater: boolean } | { readonly why: string } {
  const [head] = versions;
  if (!head) return { why: 'the history cannot be read' };
  const values = versions.map((version) => valueIn(version, head, unit));
  const broke = good.latest?.version ?? good.broke;
  const rolloutAt = good.latest?.at ?? good.rolloutAt;
  const deployed = broke && versions.indexOf(broke);
  if (deployed !== undefined && deployed > 0 && !deepEqual(values[deployed], values[0])) {
    return { why: 'it changed again since the deployment that the symptom began with' };
  }
  const last = values.findIndex((value) => !deepEqual(value, values[0]));
  const commit = versions[last - 1]?.commit;
  if (last < 1 || !commit) return { why: 'the commit is not among those that were read' };
  const committed = time(commit.committedAt);
  if (committed !== undefined && rolloutAt !== undefined && committed > rolloutAt + SKEW) {
    return { why: `commit ${commit.revision.slice(0, 7)} is younger than the symptom` };
  }
  const first = good.broke && versions.indexOf(good.broke);
  return { commit, isLater: first !== undefined && first >= last };
}

/** The unit's value in a version, with the names of generated objects as the head has them. */
function valueIn(version: SourceVersion, head: SourceVersion, { object, path, leaves }: Unit): (JsonValue | null)[] {
  const aligned = version === head ? version.objects : alignGenerated(version.objects, head.objects);
  const found = aligned.find(({ ref }) => sameOrGenerated(ref, object.ref));
  const paths = leaves.length > 0 ? leaves.map((leaf) => leaf.path) : [path];
  return paths.map((one) => getField(found?.object, one) ?? null);
}

function sameOrGenerated(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && baseName(a.name) === baseName(b.name);
}
