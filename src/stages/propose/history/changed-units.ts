import type { Facts } from '../../../domain/finding.ts';
import { isObject } from '../../../domain/json.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { LeafChange } from '../object-diff.ts';
import { startsWith } from '../object-diff.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import type { ProposeContext } from '../proposer.ts';
import { selectorMatches, texts } from '../workloads.ts';
import { aroundUnits, changedMakers } from './around.ts';
import { dataUnits } from './data-units.ts';
import { demanded } from './demanded.ts';
import { canMend } from './direction.ts';
import type { Explaining } from './explains.ts';
import type { Unit } from './units.ts';
import { unitsOf } from './units.ts';
import { withMounts } from './volume-parts.ts';

/** Every field that can explain the incident and differs between the last good state and now; `text` is the symptom's words. */
export function changedUnits(
  context: ProposeContext,
  what: Explaining,
  before: readonly RenderedObject[],
  text: string,
): readonly Unit[] {
  const { declared, incident } = context;
  const then = before.find(({ ref }) => sameObject(ref, declared.ref));
  const mine = incident.container === undefined ? undefined : new Set([incident.container]);
  const own = then ? unitsOf(declared, then.object, what, mine) : [];
  const data = what.data ? dataUnits(context, before) : [];
  const selected = what.selected && then ? selectedUnits(context, what.selected, then.object, before) : [];
  const around = what.around && then ? aroundUnits(context, then, what, own, before, text) : [];
  const all = [...own, ...around, ...changedMakers(context, before), ...data, ...selected];
  const left = all
    .flatMap((unit) => (unit.untouchable === undefined ? narrowed(unit, context) : [unit]))
    .map((unit) => ({ ...unit, leaves: unit.leaves.filter((leaf) => canMend(incident, leaf)) }))
    .filter(({ leaves, untouchable }) => leaves.length > 0 || untouchable !== undefined);
  return withMounts(left);
}

/** Workloads that a Service selected before: their labels or ports may be what changed. */
function selectedUnits(
  { declared, siblings }: ProposeContext,
  what: 'labels' | 'ports',
  service: JsonObject,
  before: readonly RenderedObject[],
): Unit[] {
  const spec = service['spec'];
  const selector = texts(isObject(spec) ? spec['selector'] : undefined);
  return before.flatMap((then) => {
    const template = podTemplatePath(then.ref.kind);
    const now = siblings.find(({ ref }) => sameObject(ref, then.ref));
    if (!template || !now || then.ref.namespace !== declared.ref.namespace) return [];
    const labels = texts(getField(then.object, [...template, 'metadata', 'labels']));
    if (!selectorMatches(selector, labels)) return [];
    const fields =
      what === 'ports'
        ? { container: ['ports[]'], anyContainer: true, pod: [], object: [] }
        : { container: [], anyContainer: false, pod: [], object: [`${formatFieldPath(template)}.metadata.labels.*`] };
    return unitsOf(now, then.object, fields, undefined);
  });
}

/** Cuts a unit down to the leaves that the symptom is about; nothing where none is. */
function narrowed(unit: Unit, context: ProposeContext): Unit[] {
  const { kind } = unit.object.ref;
  const { cause, facts } = context.incident;
  if (kind === 'Ingress' || kind === 'HorizontalPodAutoscaler') return namesMissing(unit, facts) ? [unit] : [];
  if (cause === 'autoscaler/request-missing') return lostRequest(unit, facts.autoscaling?.resource);
  if (kind === 'Service' && facts.servicePort && unit.path[1] === 'ports') {
    const target = unit.leaves.filter((leaf) => leaf.path.at(-1) === 'targetPort' || leaf.path.length === 3);
    return target.length > 0 ? [{ ...unit, leaves: target }] : [];
  }
  return narrowedInPod(unit, context);
}

/** Whether what changed is the very name (or port) that the object gives and that does not exist. */
function namesMissing({ leaves }: Unit, { missing, backend, autoscaling }: Facts): boolean {
  const told = [missing?.name, missing?.kind, backend?.port, autoscaling?.container];
  return leaves.some(({ from }) => from !== undefined && told.some((word) => word === from));
}

function narrowedInPod(unit: Unit, { incident, declared }: ProposeContext): Unit[] {
  const { missing, refusal, unschedulable } = incident.facts;
  if (refusal?.by === 'pod-security') return demanded(unit, refusal);
  if (unit.path.at(-1) === 'resources') {
    const asked = [
      ...(refusal?.resources ?? []).map(({ resource }) => resource.split('.').at(-1) ?? ''),
      ...(unschedulable ?? []).flatMap(({ reason }) => /^Insufficient (\S+)/.exec(reason)?.[1] ?? []),
    ];
    const leaves = unit.leaves.filter(
      ({ path }) => asked.length === 0 || asked.some((resource) => resource === path.at(-1)),
    );
    return leaves.length > 0 ? [{ ...unit, leaves }] : [];
  }
  if (
    missing &&
    sameObject(unit.object.ref, declared.ref) &&
    (unit.path.includes('env') ||
      unit.path.includes('envFrom') ||
      unit.path.includes('volumes') ||
      unit.path.includes('imagePullSecrets'))
  ) {
    return unit.leaves.some((leaf) => names(leaf, missing.name, missing.key)) ? [unit] : [];
  }
  return [unit];
}

/** A request that is gone, with no more of what was around it than went with it. */
function lostRequest(unit: Unit, resource = ''): Unit[] {
  const path = [...unit.path, 'requests', resource];
  const gone = unit.leaves.filter(({ from }) => from === undefined);
  if (!gone.some((leaf) => startsWith(leaf.path, path))) return [];
  const lost = [unit.path, path.slice(0, -1)].find((one) => getField(unit.object.object, one) === undefined) ?? path;
  return [{ ...unit, leaves: gone.filter((leaf) => startsWith(leaf.path, lost)) }];
}

/** Whether a leaf now names what is missing. */
function names({ from, path }: LeafChange, name: string, key: string | undefined): boolean {
  if (from !== undefined && typeof from === 'object') return JSON.stringify(from).includes(JSON.stringify(key ?? name));
  return from === name || (key !== undefined && from === key && path.at(-1) === 'key');
}
