import type { FieldPath } from '../../../domain/field-path.ts';
import { formatCommit, lastFieldChange } from '../field-history.ts';
import type { ProposeContext } from '../proposer.ts';

/** A reference that was changed longer ago than this was not what made it dangle now. */
const RECENT_MILLISECONDS = 7 * 24 * 3600 * 1000;

/** The name that all places had until one commit of the last days wrote the missing one; undefined where they differ. */
export async function formerName(
  context: ProposeContext,
  places: readonly FieldPath[],
): Promise<{ readonly name: string; readonly by: string } | undefined> {
  const names = new Map<string, string>();
  for (const path of places) {
    const last = await lastFieldChange(context.versions(), context.declared.ref, path);
    const age = Date.parse(context.snapshot.takenAt) - Date.parse(last?.commit.committedAt ?? '');
    if (!last || typeof last.before !== 'string' || !(age <= RECENT_MILLISECONDS)) return undefined;
    names.set(last.before, formatCommit(last.commit));
  }
  const [only] = names;
  return only && names.size === 1 ? { name: only[0], by: only[1] } : undefined;
}
