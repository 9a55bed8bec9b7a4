import { changedLines } from '../../../domain/change-set.ts';
import type { Change } from '../../../domain/change.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { deepEqual } from '../../../domain/json.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import type { CheckAnswer, CheckCode } from '../../../domain/proof.ts';
import type { SourceVersion } from '../../../ports/git.ts';
import { changedObjects } from '../changed-objects.ts';
import type { Check, ProveContext } from '../check.ts';
import { matchesFieldPattern } from '../../../domain/field-pattern.ts';
import { growth } from '../guardrails/growth.ts';
import { loosening } from '../guardrails/loosening.ts';
import { PROTECTED_KINDS } from '../guardrails/protected.ts';

/** Refuses what policy does not open: kinds, fields, steps and ceilings, loosened security, long diffs. */
export const guardrails: Check = {
  name: 'guardrails',
  async run(context) {
    const versions = await earlierVersions(context);
    const closed = context.fix.changes.map((change) => notAllowed(change, context)).find((text) => text !== undefined);
    return (
      refused('not-allowed', closed) ??
      refused('too-long', tooLong(context)) ??
      refused('unsafe', unsafe(context, versions)) ?? {
        result: 'pass',
        detail: 'Kind, fields, size and step are inside the guardrails.',
      }
    );
  },
};

function refused(code: CheckCode, objection: string | undefined): CheckAnswer | undefined {
  return objection === undefined ? undefined : { result: 'fail', code, detail: `${objection}.` };
}

function notAllowed(change: Change, { policy, location }: ProveContext): string | undefined {
  const { object, operations } = change;
  if (PROTECTED_KINDS.has(object.kind)) return `${object.kind} is never changed`;
  if (!policy.guardrails.kinds.includes(object.kind))
    return `${object.kind} is not on the list of kinds that may be changed`;
  if (policy.detect.ignoreNamespaces.includes(object.namespace ?? location.spec.destination.namespace ?? '')) {
    return `namespace ${object.namespace} is not to be touched`;
  }
  const closed = operations.find(
    ({ op, path }) => op !== 'test' && !policy.guardrails.fields.some((pattern) => matchesFieldPattern(pattern, path)),
  );
  return (
    closed && `${formatFieldPath(closed.path)} of ${formatRef(object)} is not on the list of fields that may be changed`
  );
}

function tooLong({ changeSet, policy }: ProveContext): string | undefined {
  const lines = changeSet.files.reduce((sum, file) => sum + changedLines(file.diff), 0);
  const limit = policy.guardrails.maxChangedLines;
  return lines > limit ? `${lines} changed lines are more than the ${limit} allowed` : undefined;
}

async function earlierVersions(context: ProveContext): Promise<readonly SourceVersion[]> {
  const versions: SourceVersion[] = [];
  for await (const version of context.versions()) {
    versions.push(version);
    if (versions.length >= 20) break;
  }
  return versions.slice(1);
}

function unsafe(context: ProveContext, versions: readonly SourceVersion[]): string | undefined {
  for (const changed of changedObjects(context)) {
    const { ref, object } = changed.after;
    const hadBefore = (path: FieldPath, value: JsonValue): boolean =>
      versions.some(({ objects }) => {
        const earlier = objects.find((item) => sameObject(item.ref, ref));
        return earlier !== undefined && deepEqual(getField(earlier.object, path), value);
      });
    const change = context.fix.changes.find((item) => sameObject(item.object, ref));
    const paths = (change?.operations ?? []).filter(({ op }) => op !== 'test').map(({ path }) => path);
    const restores =
      context.fix.origin === 'history' &&
      versions.some(({ objects }) => {
        const earlier = objects.find((item) => sameObject(item.ref, ref));
        return (
          earlier !== undefined &&
          paths.every((path) => deepEqual(getField(earlier.object, path), getField(object, path)))
        );
      });
    const loose = loosening(changed, restores);
    if (loose !== undefined) return loose;
    for (const path of paths) {
      const grown = changed.before && growth(changed.before.object, object, path, context.policy, hadBefore);
      if (grown !== undefined) return grown;
    }
  }
  return undefined;
}
