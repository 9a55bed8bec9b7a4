import type { RefusalFacts } from '../../../domain/finding.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import type { Unit } from './units.ts';

/** The fields that each demand of Pod Security is about (k8s.io/pod-security-admission policy, its checks' words). */
const FIELDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^hostPort/, ['hostPort']],
  [/^host namespaces/, ['hostNetwork', 'hostPID', 'hostIPC']],
  [/volume/i, ['volumes']],
  [/^privileged/, ['privileged']],
  [/capabilities/, ['capabilities']],
  [/^allowPrivilegeEscalation/, ['allowPrivilegeEscalation']],
  [/^seccomp/i, ['seccompProfile']],
  [/^runAsNonRoot/, ['runAsNonRoot', 'runAsUser']],
  [/^runAsUser/, ['runAsUser']],
  [/^seLinux/i, ['seLinuxOptions']],
  [/AppArmor/i, ['appArmorProfile']],
  [/^procMount/, ['procMount']],
  [/sysctls/, ['sysctls']],
  [/^hostProcess/, ['windowsOptions']],
];

/** A unit with the leaves that Pod Security refuses; nothing where it refuses others. A demand in other words is about anything. */
export function demanded(unit: Unit, { violations = [] }: RefusalFacts): Unit[] {
  const asked = violations.map(({ demand, detail }) => ({
    fields: FIELDS.find(([words]) => words.test(demand))?.[1],
    detail,
  }));
  if (asked.length === 0 || asked.some(({ fields }) => fields === undefined)) return [unit];
  const leaves = unit.leaves.filter(({ path }) =>
    asked.some(({ fields = [], detail }) => fields.some((field) => path.includes(field)) && namesVolume(path, detail)),
  );
  return leaves.length > 0 ? [{ ...unit, leaves }] : [];
}

/** Of volumes, those that the refusal names. */
function namesVolume(path: FieldPath, detail: string): boolean {
  const volume = path[path.indexOf('volumes') + 1];
  return !path.includes('volumes') || typeof volume !== 'object' || detail.includes(`"${volume.value}"`);
}
