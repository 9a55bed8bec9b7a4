import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { keysOf, textsOf } from './known.ts';

/** Fields that decide what a workload may do or where it runs: a model may put them back, never set them. */
const SENSITIVE =
  /^(?:host(?:Network|PID|IPC|Users|Path|Port|Aliases)|dns(?:Config|Policy)|privileged|allowPrivilegeEscalation|capabilities|procMount|seLinuxOptions|seccompProfile|appArmorProfile|securityContext|runAs\w+|fsGroup|supplementalGroups|readOnlyRootFilesystem|serviceAccount(?:Name|Token)?|automountServiceAccountToken|nodeName|runtimeClassName|schedulerName|priorityClassName|priority|lifecycle|imagePullSecrets|shareProcessNamespace|ephemeralContainers|volumeDevices|resourceClaims)$/;
const PROBE = /^(?:livenessProbe|readinessProbe|startupProbe)$/;
const COMMAND = /^(?:command|args)$/;
const SHELL = /[;|&`<>\n]|\$\(|\$\{/g;

/** Why a change of this field is not for a model, unless Git had the same before; undefined where it is. */
export function sensitiveReason(
  path: FieldPath,
  present: JsonValue | undefined,
  next: JsonValue | undefined,
): string | undefined {
  const field = formatFieldPath(path);
  const keys = [...path.filter((segment) => typeof segment === 'string'), ...keysOf(next), ...keysOf(present)];
  const key = keys.find((one) => SENSITIVE.test(one));
  if (key !== undefined) return `${field} touches ${key}, which only a return to an earlier value may`;
  const last = path.at(-1);
  const list = typeof last === 'object' || typeof last === 'number' || last === '-' ? path.at(-2) : last;
  if ((list === 'containers' || list === 'initContainers') && (present === undefined || next === undefined)) {
    return `${field} adds or removes a container`;
  }
  if (next === undefined && typeof last === 'string' && PROBE.test(last))
    return `${field} removes a probe, which hides the failure`;
  if (last === 'replicas' && typeof next === 'number' && next < 1) return `${field} scales to ${next}`;
  if (path.some((segment) => typeof segment === 'string' && COMMAND.test(segment)) && addsShell(present, next)) {
    return `${field} puts new shell syntax into a command`;
  }
  return undefined;
}

/** How much shell syntax a value has. */
function shellMarks(value: JsonValue | undefined): number {
  return (textsOf(value).join(' ').match(SHELL) ?? []).length;
}

/** Whether a command gets shell syntax that it did not have. */
function addsShell(present: JsonValue | undefined, next: JsonValue | undefined): boolean {
  return shellMarks(next) > shellMarks(present);
}
