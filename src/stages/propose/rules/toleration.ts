import type { FieldPath } from '../../../domain/field-path.ts';
import type { Node } from '../../../domain/kubernetes/cluster-objects.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import { podSpecPath } from '../../../domain/pod-template.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { declaredPodSpec } from '../pod-template.ts';
import type { Proposer } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';
import { texts } from '../workloads.ts';
import { isNear } from '../similar.ts';

const answers = answersOf('rule', 'toleration');

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];
type Toleration = Readonly<Record<string, string>>;

/**
 * Nodes have a taint that the pod does not tolerate: where one of its tolerations fits no taint of any node and is near in
 * key or value to exactly one that keeps it off the nodes of its nodeSelector, it is written as that taint is. Where nothing
 * is near, a toleration is never given: a taint says for whom its nodes are.
 */
export const toleration: Proposer = {
  origin: 'rule',
  name: 'toleration',
  causes: ['scheduling/taint'],
  async propose(context) {
    const { declared, snapshot } = context;
    const base = podSpecPath(declared.ref.kind);
    const spec = declaredPodSpec(declared);
    if (!base || !spec) return answers.decline('the manifest has no pod template');
    if (isBlind(snapshot, 'Node')) return answers.decline('the nodes cannot be read');
    const written = (isArray(spec['tolerations']) ? spec['tolerations'] : []).map((one) => texts(one));
    const selector = texts(isObject(spec['nodeSelector']) ? spec['nodeSelector'] : undefined);
    const nodes = snapshot.objects.Node.filter(({ metadata }) =>
      Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value),
    );
    const taints = snapshot.objects.Node.flatMap((node) => keepingOff(node));
    const idle = written.flatMap((one, i) =>
      one['key'] !== undefined && !taints.some((taint) => tolerates(one, taint)) ? [{ one, i }] : [],
    );
    const near = idle.flatMap(({ one, i }) =>
      slips(one, nodes.flatMap(keepingOff)).flatMap((next) => {
        const all = written.with(i, next);
        const opens = nodes.some((node) =>
          keepingOff(node).every((taint) => all.some((each) => tolerates(each, taint))),
        );
        return opens ? [{ i, one, next }] : [];
      }),
    );
    const [only] = near;
    if (near.length !== 1 || !only) {
      const kept = [...new Set(nodes.flatMap(keepingOff).map(nameOf))];
      return answers.decline(
        near.length === 0
          ? `nodes have the taints ${listOf(kept)}, and no toleration in the manifest is near to one that is missing`
          : 'several tolerations are near to a taint',
      );
    }
    const ran = ranBefore(context);
    if (ran !== undefined) return answers.decline(`the tolerations are not misspelt: ${ran}, so the taints came later`);
    const at: FieldPath = [...base, 'tolerations', only.i];
    const operations = (['key', 'value'] as const).flatMap((field) => {
      const [from, to] = [only.one[field], only.next[field]];
      return from === to || from === undefined || to === undefined ? [] : replaceField([...at, field], from, to);
    });
    return answers.fix(
      context,
      [change(declared.ref, ...operations)],
      `The toleration \`${tell(only.one)}\` fits no taint of any node; \`${tell(only.next)}\` is the only near one, and nodes that the pods may run on have it.`,
    );
  },
};

/** Taints that keep pods off, those aside that Kubernetes puts there for what state the node is in. */
function keepingOff({ spec }: Node): readonly Taint[] {
  return (spec?.taints ?? []).filter(
    ({ key, effect }) => effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/'),
  );
}

/** k8s.io/component-helpers scheduling/corev1 ToleratesTaint: without a key every taint, without an effect every effect. */
function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (operator === 'Exists') return key === undefined || key === '' || key === taint.key;
  return key === taint.key && value === (taint.value ?? '');
}

/** The toleration with the key, or the value, of a taint to which it is near; without repeats. */
function slips(one: Toleration, taints: readonly Taint[]): Toleration[] {
  const { key = '', operator = 'Equal', value = '' } = one;
  const found = taints.flatMap((taint): Toleration[] => {
    const keyOnly = isNear(key, taint.key) && (operator === 'Exists' || value === (taint.value ?? ''));
    const valueOnly = operator !== 'Exists' && key === taint.key && isNear(value, taint.value ?? '');
    const next = keyOnly ? { ...one, key: taint.key } : valueOnly ? { ...one, value: taint.value ?? '' } : undefined;
    return next !== undefined && tolerates(next, taint) ? [next] : [];
  });
  return [...new Map(found.map((next) => [JSON.stringify(next), next])).values()];
}

function nameOf({ key, value = '' }: Taint): string {
  return value === '' ? key : `${key}=${value}`;
}

function tell({ key = '', value }: Toleration): string {
  return value === undefined ? key : `${key}=${value}`;
}
