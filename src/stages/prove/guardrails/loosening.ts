import type { JsonValue } from '../../../domain/json.ts';
import { differences } from '../../../domain/json.ts';
import type { ChangedObject } from '../changed-objects.ts';

const HOST_ACCESS =
  /\/(hostNetwork|hostPID|hostIPC|hostPath|privileged|allowPrivilegeEscalation|hostPort|procMount)(\/|$)/;
const SECURITY = /\/securityContext(\/|$)/;
const PROBE = /\/(livenessProbe|readinessProbe|startupProbe)$/;
const PULL_POLICY = /\/imagePullPolicy$/;

/**
 * What a change would take away from a workload's safety, as a sentence; undefined where it takes nothing.
 * `restores` says that the new value is one the repository had before: then only new host access is refused.
 */
export function loosening({ before, after }: ChangedObject, restores: boolean): string | undefined {
  for (const difference of differences(before?.object, after.object)) {
    const { pointer } = difference;
    const removed = difference.after === undefined;
    if (HOST_ACCESS.test(pointer) && grants(difference.after)) return `${pointer} would give access to the host`;
    if (restores) continue;
    if (SECURITY.test(pointer) && (removed || loosensValue(pointer, difference.after))) {
      return `${pointer} would loosen the security context`;
    }
    if (PROBE.test(pointer) && removed)
      return `${pointer} would be removed, which hides the failure instead of mending it`;
    if (PULL_POLICY.test(pointer) && difference.after === 'Never') return `${pointer} would never pull`;
  }
  return undefined;
}

function grants(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== false && value !== null;
}

/** New values inside a security context that ask for more: root, capabilities, an unconfined profile. */
function loosensValue(pointer: string, value: JsonValue | undefined): boolean {
  if (/\/(runAsUser|runAsGroup)$/.test(pointer)) return value === 0;
  if (/\/(runAsNonRoot|readOnlyRootFilesystem)$/.test(pointer)) return value === false;
  if (pointer.endsWith('/type')) return value === 'Unconfined';
  return /\/capabilities\/add(\/|$)/.test(pointer) && grants(value);
}
