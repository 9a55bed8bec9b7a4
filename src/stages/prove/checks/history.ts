import type { Operation } from '../../../domain/change.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import { canonicalJson, deepEqual } from '../../../domain/json.ts';
import type { JsonValue } from '../../../domain/json.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import type { Fix } from '../../../domain/proposal.ts';
import type { GitCommit, SourceVersion } from '../../../ports/git.ts';
import type { Check, ProveContext } from '../check.ts';

/** Refuses what was refuted or rejected before, and what people are working on at this moment. */
export const history: Check = {
  name: 'history',
  async run(context) {
    if (context.refuted.has(changeKey(context.fix))) {
      const detail = 'This very change was tried or rejected for this incident before.';
      return { result: 'fail', code: 'refuted-before', detail };
    }
    const [pull] = context.humanPullRequests ?? [];
    if (pull) {
      const detail = `Pull request #${pull.number} of somebody else touches the same file (human change in progress).`;
      return { result: 'fail', code: 'human-pull-request', detail };
    }
    const recent = await changedSinceSymptom(context);
    if (recent !== undefined) return { result: 'fail', code: 'human-commit', detail: recent };
    return context.humanPullRequests === undefined
      ? {
          result: 'unknown',
          code: 'forge-not-asked',
          detail: 'No forge was asked for open pull requests; nothing in Git speaks against it.',
        }
      : {
          result: 'pass',
          detail: 'Nobody changed this field since the failure began, and no open pull request touches the file.',
        };
  },
};

/** Equal for fixes that do the same to the same objects. */
export function changeKey(fix: Pick<Fix, 'changes'>): string {
  const changes: JsonValue = fix.changes.map(({ object, operations }) => ({
    object: `${object.kind}/${object.namespace ?? ''}/${object.name}`,
    operations: operations
      .filter(({ op }) => op !== 'test')
      .map((operation) => ({
        op: operation.op,
        path: formatFieldPath(operation.path),
        value: operation.op === 'remove' ? null : operation.value,
      })),
  }));
  return canonicalJson(changes);
}

/**
 * A field that somebody changed after the failure began is being worked on. A change from before is a suspect, not a
 * veto: it may be the very cause.
 */
async function changedSinceSymptom(context: ProveContext): Promise<string | undefined> {
  const since = context.incident.since === undefined ? Number.NaN : Date.parse(context.incident.since);
  const veto = context.now.getTime() - context.policy.limits.humanChangeSeconds * 1000;
  if (Number.isNaN(since)) return undefined;
  const targets = context.fix.changes.flatMap(({ object, operations }) =>
    operations.filter(({ op }) => op !== 'test').map(({ path }) => ({ object, path })),
  );
  let newer: SourceVersion | undefined;
  for await (const version of context.versions()) {
    if (newer) {
      const at = Date.parse(newer.commit.committedAt);
      if (at <= since || at < veto) return undefined;
      const { commit } = newer;
      for (const { object, path } of targets) {
        if (!deepEqual(valueAt(newer, object, path), valueAt(version, object, path))) {
          return `${formatFieldPath(path)} was changed by ${describeCommit(commit)} after the failure began (human change in progress).`;
        }
      }
    }
    newer = version;
  }
  return undefined;
}

function valueAt(version: SourceVersion, object: ObjectRef, path: Operation['path']): JsonValue | undefined {
  return getField(version.objects.find(({ ref }) => sameObject(ref, object))?.object, path);
}

function describeCommit(commit: GitCommit): string {
  return `${commit.author} in ${commit.revision.slice(0, 8)}`;
}
