import { declaredBackends } from '../../../domain/declared-backends.ts';
import { getField } from '../../../domain/field-path.ts';
import { isArray } from '../../../domain/json.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import { show } from '../answers.ts';
import { knownObjects } from '../known-objects.ts';
import type { ProposeContext } from '../proposer.ts';
import { portsOfService } from '../rules/ingress-port.ts';
import { meantSo } from '../missing-names.ts';
import { selectorMatches, texts, workloadsIn } from '../workloads.ts';
import type { Edited } from './edited.ts';
import { siblingsAfter } from './edited.ts';

/**
 * Why what a Service or an Ingress would send to is not the answer: a Service or a port that is nowhere declared, or a name that was
 * meant. What the change leaves as it is, is not judged.
 */
export async function backendFact(edited: readonly Edited[], context: ProposeContext): Promise<string | undefined> {
  const after = { ...context, siblings: siblingsAfter(edited, context) };
  for (const one of edited) {
    const { kind } = one.before.ref;
    const fact =
      kind === 'Ingress'
        ? ((await meantFact(one, context)) ?? ingressFact(one, after))
        : kind === 'Service'
          ? targetFact(one, after)
          : undefined;
    if (fact !== undefined) return fact;
  }
  return undefined;
}

/** The Service that is missing is one that somebody makes, or that Git had: its name is no slip of the pen. */
async function meantFact({ before, after }: Edited, context: ProposeContext): Promise<string | undefined> {
  const { missing } = context.incident.facts;
  if (missing?.kind !== 'Service' || !sameObject(before.ref, context.declared.ref)) return undefined;
  const uses = ({ object }: Edited['before']): number =>
    declaredBackends(object).filter(({ name }) => name === missing.name).length;
  if (uses(after) >= uses(before)) return undefined;
  const same = knownObjects(context, 'Service', missing.namespace)?.find(({ name }) => name === missing.name);
  if (same?.inCluster) return `Service ${missing.name} exists now`;
  if (same) return `Service ${missing.name} is declared in Git and not yet applied`;
  const meant = await meantSo(context, missing);
  return meant && `Service ${missing.name} does not exist, but the name is meant: ${meant}`;
}

function ingressFact({ before, after: { ref, object } }: Edited, after: ProposeContext): string | undefined {
  const old = new Set(declaredBackends(before.object).map(({ name, port }) => `${name} ${port}`));
  const known = knownObjects(after, 'Service', ref.namespace ?? '');
  for (const { name, port } of declaredBackends(object)) {
    if (old.has(`${name} ${port}`)) continue;
    const ports = portsOfService(after, name, ref.namespace);
    // Of a kind that cannot be read only what Git declares is known.
    if (known === undefined && ports.length === 0) continue;
    if (known !== undefined && !known.some((one) => one.name === name))
      return `Service ${name}, to which ${formatRef(ref)} would send, is nowhere declared`;
    if (port !== undefined && !ports.some((has) => has.port === port || has.name === port))
      return `Service ${name} declares no port ${port}`;
  }
  return undefined;
}

/** A port by name has to be declared by a container; a number need not be. */
function targetFact({ leaves, after: { ref, object } }: Edited, after: ProposeContext): string | undefined {
  if (!leaves.some(({ path }) => path[1] === 'ports')) return undefined;
  const selector = texts(getField(object, ['spec', 'selector']));
  const behind = workloadsIn(after, ref.namespace ?? '').filter(({ labels }) => selectorMatches(selector, labels));
  const entries = getField(object, ['spec', 'ports']);
  if (behind.length === 0) return undefined;
  for (const target of leaves.filter(({ path }) => path.at(-1) === 'targetPort').map(({ to }) => to)) {
    const used = isArray(entries) && entries.some((entry) => getField(entry, ['targetPort']) === target);
    if (!used || typeof target !== 'string') continue;
    if (!behind.some(({ ports }) => ports.some(({ name }) => name === target)))
      return `no container behind ${formatRef(ref)} declares a port called ${show(target)}`;
  }
  return undefined;
}
