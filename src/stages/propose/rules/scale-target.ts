import type { Operation } from '../../../domain/change.ts';
import { getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject, plainText } from '../../../domain/json.ts';
import { formatRef, groupOf, sameObject } from '../../../domain/object-ref.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { meantSo } from '../missing-names.ts';
import { isNear } from '../similar.ts';
import { writtenNames } from './written-names.ts';

const answers = answersOf('rule', 'scale-target');
const PATH = ['spec', 'scaleTargetRef'];

/** Kubernetes' own workloads that can be scaled, and that no other object makes. */
const SCALED = ['Deployment', 'StatefulSet'] as const;

/**
 * An autoscaler names a workload that does not exist. Of the workloads that the same Application declares, exactly one is
 * near in name, or has the very name and is of another kind or API group, and nothing else scales it: that one is named.
 */
export const scaleTarget: Proposer = {
  origin: 'rule',
  name: 'scale-target',
  causes: ['autoscaler/target-missing'],
  async propose(context) {
    const { declared, incident, siblings, snapshot } = context;
    const { missing } = incident.facts;
    const target = getField(declared.object, PATH);
    if (declared.ref.kind !== 'HorizontalPodAutoscaler' || !isObject(target))
      return answers.decline('the object is not an autoscaler');
    const [kind, name] = [plainText(target['kind']), plainText(target['name'])];
    if (missing?.kind !== kind || missing.name !== name)
      return answers.decline('the target that is missing is not the one in Git');
    const here = siblings.filter(
      ({ ref }) => ref.namespace === declared.ref.namespace && SCALED.some((one) => one === ref.kind),
    );
    const group = groupOf(plainText(target['apiVersion']));
    const isKind = ({ ref }: RenderedObject): boolean => ref.kind === kind && groupOf(ref.apiVersion) === group;
    if (here.some((one) => isKind(one) && one.ref.name === name))
      return answers.decline(`${kind} ${name} is declared in Git and not yet applied`);
    const unread = SCALED.find((one) => isBlind(snapshot, one));
    if (unread !== undefined) return answers.decline(`${unread}s cannot be read, so near names are not known`);
    const candidates = here.filter(
      (one) =>
        one.ref.name === name ||
        (isKind(one) && writtenNames(context, asKnown(one)).some((written) => isNear(name, written))),
    );
    const others = unmanaged(context, kind, name);
    const [only] = candidates;
    if (only === undefined || candidates.length + others.length > 1) {
      const near = [...candidates.map(({ ref }) => formatRef(ref)), ...others];
      return answers.decline(
        near.length === 0 || only === undefined
          ? `${kind} ${name} does not exist, and the Application declares no workload that is near`
          : `${kind} ${name} does not exist, and several are near: ${listOf(near)}`,
      );
    }
    const meant = only.ref.name === name ? undefined : await meantSo(context, missing);
    if (meant !== undefined) return answers.decline(`${kind} ${name} does not exist, but the name is meant: ${meant}`);
    const rival = scalerOf(context, only);
    if (rival !== undefined)
      return answers.decline(`${formatRef(only.ref)} is near, and autoscaler ${rival} scales it already`);
    const how = only.ref.name === name ? 'has that name' : 'is the only near one';
    return answers.fix(
      context,
      [change(declared.ref, ...operations(target, only))],
      `The autoscaler’s target, ${kind} \`${name}\` (${plainText(target['apiVersion'])}), does not exist; ${formatRef(only.ref)} (${only.ref.apiVersion}) ${how}.`,
    );
  },
};

function operations(target: JsonObject, { ref }: RenderedObject): Operation[] {
  const sameGroup = groupOf(plainText(target['apiVersion'])) === groupOf(ref.apiVersion);
  const wanted: Readonly<Record<string, JsonValue>> = {
    ...(sameGroup ? {} : { apiVersion: ref.apiVersion }),
    kind: ref.kind,
    name: ref.name,
  };
  return Object.entries(wanted).flatMap(([key, value]) => {
    const before = target[key];
    if (before === value) return [];
    const path = [...PATH, key];
    return before === undefined ? [{ op: 'add' as const, path, value }] : replaceField(path, before, value);
  });
}

function asKnown({ ref }: RenderedObject): Parameters<typeof writtenNames>[1] {
  return { name: ref.name, inCluster: true, declared: true, keys: [], declaredKeys: [] };
}

/** Near workloads of the namespace that the Application does not declare: the autoscaler may have meant them. */
function unmanaged({ snapshot, siblings, declared }: ProposeContext, kind: string, name: string): string[] {
  const live = SCALED.flatMap((one) => (one === kind ? snapshot.objects[one].map(({ metadata }) => metadata) : []));
  return live
    .filter(({ namespace, name: other }) => namespace === declared.ref.namespace && isNear(name, other))
    .filter(({ name: other }) => !siblings.some(({ ref }) => ref.kind === kind && ref.name === other))
    .map(({ name: other }) => `${kind} ${other}`);
}

/** Another autoscaler of a workload, declared or in the cluster: two of them would stop each other. */
function scalerOf({ snapshot, siblings, declared }: ProposeContext, { ref }: RenderedObject): string | undefined {
  const live = snapshot.objects.HorizontalPodAutoscaler.map(({ metadata, spec }) => ({
    namespace: metadata.namespace,
    name: metadata.name,
    target: `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
  }));
  const inGit = siblings
    .filter((one) => one.ref.kind === 'HorizontalPodAutoscaler' && !sameObject(one.ref, declared.ref))
    .map(({ ref: { namespace, name }, object }) => {
      const target = getField(object, PATH);
      return {
        namespace,
        name,
        target: isObject(target) ? `${plainText(target['kind'])}/${plainText(target['name'])}` : '',
      };
    });
  return [...live, ...inGit].find(
    ({ namespace, target }) => namespace === ref.namespace && target === `${ref.kind}/${ref.name}`,
  )?.name;
}
