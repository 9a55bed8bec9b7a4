import type { Operation } from '../../../domain/change.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { getField } from '../../../domain/field-path.ts';
import { deepEqual, isArray, isObject } from '../../../domain/json.ts';
import { formatRef } from '../../../domain/object-ref.ts';
import { podTemplateOf, podTemplatePath } from '../../../domain/pod-template.ts';
import { changedObjects, operationsOn } from '../changed-objects.ts';
import type { Check } from '../check.ts';
import { effectOf, setBack } from '../effect.ts';

/**
 * Refuses when a pod of the new template would not be admitted (quota, LimitRange, PodSecurity, ServiceAccount, webhooks), or
 * would be admitted with another value in a field that the fix changes, as mutating webhooks do.
 */
export const podAdmission: Check = {
  name: 'pod-admission',
  async run(context) {
    let asked = 0;
    const mirrored: string[] = [];
    for (const { before, after } of changedObjects(context)) {
      const template = podTemplateOf(after.ref.kind, after.object);
      const old = before && podTemplateOf(before.ref.kind, before.object);
      if (!template || deepEqual(template, old)) continue;
      asked++;
      const namespace = after.ref.namespace ?? 'default';
      const name = `${after.ref.name.slice(0, 40)}-remendo-check`;
      const pod = podOf(template, claimVolumes(after.object, after.ref.name), namespace, name, after.ref.kind);
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
      const answer = await context.dryRun.create(pod, ref, context.signal);
      if (answer.kind === 'unavailable')
        return { result: 'unknown', code: 'server-unavailable', detail: answer.reason };
      if (answer.kind === 'refused') {
        const detail = `A pod of ${formatRef(after.ref)} would be refused: ${answer.message}`;
        return { result: 'fail', code: 'server-refuses', detail };
      }
      const operations = inTemplate(operationsOn(context, after.ref), after.ref.kind);
      const { lost, rewritten } = effectOf(operations, { before: old, after: template, accepted: answer.object });
      if (lost !== undefined) {
        return { result: 'fail', code: 'set-back', detail: setBack(`A pod of ${formatRef(after.ref)}`, lost) };
      }
      mirrored.push(...rewritten);
    }
    if (asked === 0) return { result: 'not-applicable', detail: 'No pod template changes.' };
    const others = mirrored.length === 0 ? '' : `; admission sets another registry: ${mirrored.join(', ')}`;
    return { result: 'pass', detail: `A pod of the new template is admitted in dry-run${others}.` };
  },
};

/** Operations below the pod template, with the paths that they have in a pod. */
function inTemplate(operations: readonly Operation[], kind: string): readonly Operation[] {
  const root = podTemplatePath(kind) ?? [];
  return operations.flatMap((operation) => {
    const inside = root.every((segment, i) => operation.path[i] === segment);
    return inside ? [{ ...operation, path: operation.path.slice(root.length) }] : [];
  });
}

/** A StatefulSet's controller adds one volume per claim template (pkg/controller/statefulset/stateful_set_utils.go). */
function claimVolumes(object: JsonObject, owner: string): readonly JsonObject[] {
  const templates = getField(object, ['spec', 'volumeClaimTemplates']);
  return (isArray(templates) ? templates : []).flatMap((template) => {
    const name = getField(template, ['metadata', 'name']);
    return typeof name === 'string' ? [{ name, persistentVolumeClaim: { claimName: `${name}-${owner}-0` } }] : [];
  });
}

function podOf(
  template: JsonObject,
  claims: readonly JsonObject[],
  namespace: string,
  name: string,
  kind: string,
): JsonObject {
  const metadata = isObject(template.metadata) ? template.metadata : {};
  const own = isObject(template.spec) ? template.spec : {};
  const volumes = isArray(own.volumes) ? own.volumes : [];
  const spec = claims.length === 0 ? own : { ...own, volumes: [...volumes, ...claims] };
  const policy: JsonObject = kind === 'Job' || kind === 'CronJob' ? {} : { restartPolicy: 'Always' };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, namespace, name }, spec: { ...policy, ...spec } };
}
