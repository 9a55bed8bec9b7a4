import type { JsonObject } from '../../../domain/json.ts';
import { getField } from '../../../domain/field-path.ts';
import { deepEqual, isArray, isObject } from '../../../domain/json.ts';
import { formatRef } from '../../../domain/object-ref.ts';
import { podTemplateOf } from '../../../domain/pod-template.ts';
import { changedObjects } from '../changed-objects.ts';
import type { Check } from '../check.ts';

/** Refuses when a pod of the new template would not be admitted: quota, LimitRange, PodSecurity, ServiceAccount, webhooks. */
export const podAdmission: Check = {
  name: 'pod-admission',
  async run(context) {
    let asked = 0;
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
    }
    return asked === 0
      ? { result: 'not-applicable', detail: 'No pod template changes.' }
      : { result: 'pass', detail: 'A pod of the new template is admitted in dry-run.' };
  },
};

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
