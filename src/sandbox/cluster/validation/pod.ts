import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { listAt, objectAt, textAt } from '../json-object.ts';
import { containerErrors, securityErrors } from './container.ts';
import type { FieldError } from './field-error.ts';
import { duplicate, forbidden, notSupported, required } from './field-error.ts';
import { dnsLabel, dnsSubdomain, labels, nonNegative } from './names.ts';

/** Validation of a pod's spec at `at` (`spec` of a Pod, `spec.template.spec` of a workload). */
export function podSpecErrors(at: string, spec: JsonObject, restartPolicies: readonly string[]): FieldError[] {
  const volumes = new Set(listAt(spec, 'volumes').flatMap((volume) => textAt(volume, 'name') ?? []));
  const containers = listAt(spec, 'containers');
  return [
    ...listAt(spec, 'volumes').flatMap((volume, i) => volumeErrors(`${at}.volumes[${i}]`, volume)),
    ...(containers.length === 0 ? [required(`${at}.containers`)] : []),
    ...['initContainers', 'containers'].flatMap((list) =>
      listAt(spec, list).flatMap((container, i) =>
        isObject(container)
          ? containerErrors(`${at}.${list}[${i}]`, container, volumes, list === 'initContainers')
          : [],
      ),
    ),
    ...duplicateNames(at, spec),
    ...restartPolicyErrors(at, spec.restartPolicy, restartPolicies),
    ...dnsPolicyErrors(at, spec.dnsPolicy),
    ...labels(`${at}.nodeSelector`, spec.nodeSelector),
    ...(typeof spec.serviceAccountName === 'string' && spec.serviceAccountName !== ''
      ? dnsSubdomain(`${at}.serviceAccountName`, spec.serviceAccountName)
      : []),
    ...nonNegative(`${at}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
    ...securityErrors(`${at}.securityContext`, objectAt(spec, 'securityContext')),
  ];
}

function duplicateNames(at: string, spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers', 'volumes']) {
    if (list === 'volumes') names.clear();
    for (const [i, item] of listAt(spec, list).entries()) {
      const name = textAt(item, 'name');
      if (name === undefined) continue;
      if (names.has(name)) errors.push(duplicate(`${at}.${list}[${i}].name`, name));
      names.add(name);
    }
  }
  return errors;
}

function restartPolicyErrors(at: string, policy: JsonValue | undefined, allowed: readonly string[]): FieldError[] {
  if (policy === undefined) return [];
  if (typeof policy === 'string' && allowed.includes(policy)) return [];
  const job = !allowed.includes('Always');
  // A Job's template must choose: the default (Always) counts as no choice.
  if (job && policy === 'Always') return [required(`${at}.restartPolicy`, 'valid values: "OnFailure", "Never"')];
  return [notSupported(`${at}.restartPolicy`, policy, allowed)];
}

function dnsPolicyErrors(at: string, policy: JsonValue | undefined): FieldError[] {
  const allowed = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  if (policy === undefined || (typeof policy === 'string' && allowed.includes(policy))) return [];
  return [notSupported(`${at}.dnsPolicy`, policy, allowed)];
}

function volumeErrors(at: string, volume: JsonValue): FieldError[] {
  if (!isObject(volume)) return [];
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  const errors = [...dnsLabel(`${at}.name`, volume.name)];
  if (sources.length === 0) errors.push(required(at, 'must specify a volume type'));
  for (const source of sources.slice(1)) {
    errors.push(forbidden(`${at}.${source}`, 'may not specify more than 1 volume type'));
  }
  if (
    volume.persistentVolumeClaim !== undefined &&
    (textAt(volume, 'persistentVolumeClaim', 'claimName') ?? '') === ''
  ) {
    errors.push(required(`${at}.persistentVolumeClaim.claimName`));
  }
  if (volume.secret !== undefined && (textAt(volume, 'secret', 'secretName') ?? '') === '') {
    errors.push(required(`${at}.secret.secretName`));
  }
  if (volume.configMap !== undefined && (textAt(volume, 'configMap', 'name') ?? '') === '') {
    errors.push(required(`${at}.configMap.name`));
  }
  if (volume.hostPath !== undefined && (textAt(volume, 'hostPath', 'path') ?? '') === '') {
    errors.push(required(`${at}.hostPath.path`));
  }
  return errors;
}
