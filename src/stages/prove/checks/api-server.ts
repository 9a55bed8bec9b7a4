import { formatRef } from '../../../domain/object-ref.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { changedObjects } from '../changed-objects.ts';
import type { Check } from '../check.ts';

/** Refuses when the API server would not take a changed object (server-side apply in dry-run, strict field validation). */
export const apiServer: Check = {
  name: 'api-server',
  async run(context) {
    const changed = changedObjects(context);
    if (changed.length === 0) return { result: 'not-applicable', detail: 'No rendered object changes.' };
    const warnings = new Set<string>();
    for (const { after } of changed) {
      const answer = await context.dryRun.apply(withNamespace(after.object, after.ref), after.ref, context.signal);
      if (answer.kind === 'unavailable') {
        const detail = `${formatRef(after.ref)}: ${answer.reason}`;
        return { result: 'unknown', code: 'server-unavailable', detail };
      }
      for (const warning of answer.warnings) warnings.add(warning);
      if (answer.kind === 'refused') {
        const detail = `${formatRef(after.ref)} would be refused: ${answer.message}`;
        return { result: 'fail', code: 'server-refuses', detail };
      }
    }
    const shown = [...warnings].slice(0, 3);
    return {
      result: 'pass',
      detail: shown.length === 0 ? 'Accepted in dry-run.' : `Accepted in dry-run, with warnings: ${shown.join('; ')}`,
    };
  },
};

/** Argo CD fills in the destination's namespace before it applies. */
function withNamespace(object: JsonObject, ref: ObjectRef): JsonObject {
  if (ref.namespace === undefined || !isObject(object.metadata)) return object;
  return { ...object, metadata: { ...object.metadata, namespace: ref.namespace } };
}
