import { getField } from '../../../domain/field-path.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { isArray } from '../../../domain/json.ts';
import { answersOf, change } from '../answers.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { podSpecPath } from '../../../domain/pod-template.ts';
import { declaredContainers } from '../pod-template.ts';
import { operationsTo } from '../put-back.ts';
import type { Proposer } from '../proposer.ts';
import { withValue } from '../with-value.ts';

const answers = answersOf('rule', 'pod-security');
/** The one capability that the level `restricted` lets a container add. */
const BIND = 'NET_BIND_SERVICE';
/** Ports below this one may take that capability (ip(7), privileged ports). */
const FIRST_FREE_PORT = 1024;

/** The object with a demand met, or why it cannot be met without a guess. */
type Step = { readonly object: JsonObject } | { readonly why: string };

interface Work {
  readonly object: JsonObject;
  readonly podSpec: FieldPath;
  readonly containers: readonly DeclaredContainer[];
}

/**
 * PodSecurity refuses the pods. The demands that have one answer are met: no privilege escalation, all capabilities dropped,
 * the runtime's seccomp profile, and runAsNonRoot where a numeric user other than 0 is already set. A container that
 * declares a port below 1024 keeps the capability to listen there. Anything that takes a right away which the manifest asks
 * for (host access, added capabilities, privileged, escalation, no seccomp profile) is left to people.
 */
export const podSecurity: Proposer = {
  origin: 'rule',
  name: 'pod-security',
  causes: ['replicas/pod-security'],
  async propose(context) {
    const { declared, incident } = context;
    const violations = incident.facts.refusal?.violations ?? [];
    const podSpec = podSpecPath(declared.ref.kind);
    if (violations.length === 0 || !podSpec) return answers.decline('what PodSecurity demands is not known');
    let object = declared.object;
    for (const { demand, detail } of violations) {
      const all = declaredContainers({ ...declared, object });
      const named = new Set(
        [...detail.matchAll(/containers? ((?:"[^"]+"(?:, )?)+)/g)].flatMap(
          ([, list = '']) => list.match(/[^", ]+/g) ?? [],
        ),
      );
      const containers = named.size > 0 ? all.filter(({ name }) => named.has(name)) : all;
      if (named.size > containers.length)
        return answers.decline(`a container that PodSecurity names is not in the manifest: ${detail}`);
      const step = meet(demand, { object, podSpec, containers });
      if ('why' in step) return answers.decline(`${demand}: ${step.why}`);
      object = step.object;
    }
    const operations = operationsTo(declared.object, object);
    if (!operations || operations.length === 0) return answers.decline('the manifest meets the demands already');
    return answers.fix(
      context,
      [change(declared.ref, ...operations)],
      `PodSecurity refuses the pods; each of its demands has one answer: ${violations.map(({ demand }) => demand).join(', ')}.`,
    );
  },
};

function meet(demand: string, work: Work): Step {
  if (demand.startsWith('allowPrivilegeEscalation')) return noEscalation(work);
  if (demand.includes('capabilities')) return dropAll(work);
  if (demand.startsWith('seccompProfile')) return seccomp(work);
  if (demand.startsWith('runAsNonRoot')) return nonRoot(work);
  return { why: 'this takes away what the manifest asks for, and whether the process can do without is not known' };
}

function noEscalation({ object, containers }: Work): Step {
  const privileged = containers.find(
    ({ value }) =>
      getField(value, ['securityContext', 'privileged']) === true ||
      added(value).some((capability) => capability.endsWith('SYS_ADMIN')),
  );
  if (privileged) return { why: `${privileged.name} is privileged, which needs escalation` };
  const asks = containers.find(
    ({ value }) => getField(value, ['securityContext', 'allowPrivilegeEscalation']) === true,
  );
  if (asks) return { why: `the manifest asks for it for ${asks.name}, and whether it can do without is not known` };
  return each(object, containers, ['allowPrivilegeEscalation'], false);
}

function dropAll({ object, containers }: Work): Step {
  const keeps = containers.find(({ value }) => added(value).some((capability) => capability !== BIND));
  if (keeps) return { why: `${keeps.name} adds capabilities that it may need` };
  const low = containers.filter(({ value }) => listensLow(value) && !added(value).includes(BIND));
  return each(each(object, containers, ['capabilities', 'drop'], ['ALL']).object, low, ['capabilities', 'add'], [BIND]);
}

function listensLow(container: JsonObject): boolean {
  const ports = container['ports'];
  return (isArray(ports) ? ports : []).some((port) => {
    const number = getField(port, ['containerPort']);
    return typeof number === 'number' && number < FIRST_FREE_PORT;
  });
}

/** On the pod where no container has a profile of its own; on the containers that have an unsafe one. */
function seccomp({ object, containers, podSpec }: Work): Step {
  const own = containers.filter(({ value }) => getField(value, ['securityContext', 'seccompProfile']) !== undefined);
  const path = [...podSpec, 'securityContext', 'seccompProfile'];
  const asked = [
    getField(object, path),
    ...own.map(({ value }) => getField(value, ['securityContext', 'seccompProfile'])),
  ];
  if (asked.some((profile) => getField(profile, ['type']) === 'Unconfined'))
    return { why: 'the manifest asks for Unconfined, and whether the process can do without is not known' };
  if (own.length > 0) return each(object, own, ['seccompProfile'], { type: 'RuntimeDefault' });
  return { object: withValue(object, path, { type: 'RuntimeDefault' }) };
}

function nonRoot({ object, containers, podSpec }: Work): Step {
  const podUser = getField(object, [...podSpec, 'securityContext', 'runAsUser']);
  const unknown = containers.find(({ value }) => {
    const user = getField(value, ['securityContext', 'runAsUser']) ?? podUser;
    return typeof user !== 'number' || user === 0;
  });
  if (unknown) return { why: `as which user ${unknown.name} runs is not known, and a user is never chosen by guess` };
  return each(object, containers, ['runAsNonRoot'], true);
}

function each(
  object: JsonObject,
  containers: readonly DeclaredContainer[],
  field: FieldPath,
  value: boolean | string[] | JsonObject,
): { readonly object: JsonObject } {
  return {
    object: containers.reduce((now, { path }) => withValue(now, [...path, 'securityContext', ...field], value), object),
  };
}

function added(container: JsonObject): string[] {
  const list = getField(container, ['securityContext', 'capabilities', 'add']);
  return isArray(list) ? list.map(String) : [];
}
