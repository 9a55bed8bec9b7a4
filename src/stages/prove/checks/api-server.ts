import { formatRef } from '../../../domain/object-ref.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { changedObjects, operationsOn } from '../changed-objects.ts';
import type { Check } from '../check.ts';
import { effectOf, setBack } from '../effect.ts';

/**
 * Refuses when the API server would not take a changed object (server-side apply in dry-run, strict field validation), or
 * would take it and set a field that the fix changes to something else: a mutating webhook, or another owner of the field.
 */
export const apiServer: Check = {
  name: 'api-server',
  async run(context) {
    const changed = changedObjects(context);
    if (changed.length === 0) return { result: 'not-applicable', detail: 'No rendered object changes.' };
    const warnings = new Set<string>();
    const mirrored: string[] = [];
    let byArgoCd = 0;
    for (const { application, before, after } of changed) {
      const asking = { application, signal: context.signal };
      const answer = await context.dryRun.apply(withNamespace(after.object, after.ref), after.ref, asking);
      if (answer.kind === 'unavailable') {
        const detail = `${formatRef(after.ref)}: ${answer.reason}`;
        return { result: 'unknown', code: 'server-unavailable', detail };
      }
      for (const warning of answer.warnings) warnings.add(warning);
      if (answer.askedBy !== undefined) byArgoCd++;
      if (answer.kind === 'refused') {
        const asked = answer.askedBy === undefined ? '' : ` (asked by ${answer.askedBy}, in its server-side diff)`;
        const detail = `${formatRef(after.ref)} would be refused${asked}: ${answer.message}`;
        return { result: 'fail', code: 'server-refuses', detail };
      }
      const objects = { before: before?.object, after: after.object, accepted: answer.object };
      // Values of Secrets are masked on some ways back.
      const operations = after.ref.kind === 'Secret' ? [] : operationsOn(context, after.ref);
      const { lost, replaced, rewritten } = effectOf(operations, objects);
      if (lost !== undefined && answer.askedBy !== undefined && replaced !== true) {
        const detail = `${formatRef(after.ref)}: ${lost}, as ${answer.askedBy} tells it, which leaves out what it is told to ignore.`;
        return { result: 'unknown', code: 'server-unavailable', detail };
      }
      if (lost !== undefined) return { result: 'fail', code: 'set-back', detail: setBack(formatRef(after.ref), lost) };
      mirrored.push(...rewritten);
    }
    const others = mirrored.length === 0 ? '' : `; admission sets another registry: ${mirrored.join(', ')}`;
    const accepted = `Accepted in dry-run${whoAsked(byArgoCd, changed.length)}${others}`;
    const shown = [...warnings].slice(0, 3);
    return {
      result: 'pass',
      detail: shown.length === 0 ? `${accepted}.` : `${accepted}, with warnings: ${shown.join('; ')}`,
    };
  },
};

function whoAsked(byArgoCd: number, all: number): string {
  if (byArgoCd === 0) return '';
  return byArgoCd === all
    ? ', asked by Argo CD (its server-side diff)'
    : `, ${byArgoCd} of ${all} objects asked by Argo CD (its server-side diff)`;
}

/** Argo CD fills in the destination's namespace before it applies. */
function withNamespace(object: JsonObject, ref: ObjectRef): JsonObject {
  if (ref.namespace === undefined || !isObject(object.metadata)) return object;
  return { ...object, metadata: { ...object.metadata, namespace: ref.namespace } };
}
