import type { Change } from '../../../domain/change.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { refKey, sameObject } from '../../../domain/object-ref.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { formatCommit } from '../field-history.ts';
import { symptomText } from '../symptom-text.ts';
import { knownObjects } from '../known-objects.ts';
import { concerns, podReferences } from '../pod-references.ts';
import { containerOf } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { ranWell } from '../ran-well.ts';
import { belongsTo } from '../missing-names.ts';
import { nearOnes } from '../similar.ts';
import { hostsIn, replacedAt, unknownHosts } from './host-text.ts';

const answers = answersOf('rule', 'service-host');

/**
 * The program says that DNS has no such name, which is written like a Service of the cluster and is none: the one Service of near
 * name in that namespace is written instead, wherever the container's command line, environment and ConfigMaps have the
 * host. Never where that Service was there before, or where other workloads ask for the same name.
 */
export const serviceHost: Proposer = {
  origin: 'rule',
  name: 'service-host',
  causes: ['crash/exit-error', 'job/failed', 'probe/readiness', 'probe/liveness', 'probe/startup'],
  async propose(context) {
    const { declared } = context;
    const text = await symptomText(context);
    const hosts = unknownHosts(text);
    const [host] = hosts;
    const meant = hosts.length === 1 && host !== undefined ? serviceOf(host, declared.ref.namespace ?? '') : undefined;
    const places = meant ? placesOf(context, meant.name) : [];
    if (!meant || places.length === 0) return undefined;
    const { name, namespace } = meant;
    const services = knownObjects(context, 'Service', namespace);
    if (!services) return answers.decline('Services cannot be read, so near names are not known');
    if (services.some((service) => service.name === name)) return answers.decline(`Service \`${name}\` exists now`);
    if (ranWell(context) !== undefined)
      return answers.decline(
        `\`${name}\` is not misspelt: its pods ran well for long before, so it was there and has gone`,
      );
    const until = await serviceUntil(context, meant);
    if (until !== undefined) return answers.decline(`Service \`${name}\` was in Git until ${until}`);
    const changed = new Set(places.map(({ object }) => refKey(object.ref)));
    const other = context.siblings.find((one) => !changed.has(refKey(one.ref)) && asksFor(one, name));
    if (other)
      return answers.decline(`${other.ref.kind} ${other.ref.name} asks for \`${name}\` too, so the name is meant`);
    const near = nearOnes(
      name,
      services.flatMap((service) => (service.inCluster ? [service.name] : [])),
    ).filter((one) => !belongsTo(name, declared.ref.name) || belongsTo(one, declared.ref.name));
    const [only] = near;
    if (near.length !== 1 || only === undefined) {
      const hint = near.length === 0 ? 'and none of near name' : `and several of near name: ${listOf(near)}`;
      return answers.decline(`there is no Service \`${name}\` in namespace ${namespace}, ${hint}`);
    }
    return answers.fix(
      context,
      changesOf(places, name, only),
      `DNS knows no \`${host}\`, and there is no Service \`${name}\` in namespace ${namespace}; \`${only}\` is its only Service of near name.`,
    );
  },
};

interface Leaf {
  readonly object: RenderedObject;
  readonly path: FieldPath;
  readonly text: string;
  /** The variable's name, for values of `env`. */
  readonly label?: string;
}

interface Place extends Leaf {
  /** Offsets of the host, in order. */
  readonly at: readonly number[];
}

/** The Service that a host would be, by the names that the cluster's DNS gives Services; undefined for names of the world outside. */
function serviceOf(host: string, own: string): { readonly name: string; readonly namespace: string } | undefined {
  const [name = '', namespace = own, svc = 'svc'] = host.replace(/\.$/, '').split('.');
  const isShort = !host.includes('.');
  return name !== '' && (isShort || (svc === 'svc' && host.includes('.svc'))) ? { name, namespace } : undefined;
}

/** Where the container is told of the host: literally, or by a ConfigMap that it reads and the Application declares. */
function placesOf(context: ProposeContext, name: string): Place[] {
  const { declared, incident, siblings } = context;
  const container = containerOf(declared, incident);
  if (!container) return [];
  const told = ['command', 'args', 'env'].flatMap((field) =>
    leavesOf(container.value[field], [...container.path, field]).map((leaf) => ({
      object: declared,
      ...leaf,
      ...labelOf(leaf.path),
    })),
  );
  const references = podReferences(declared).filter(
    (one) => one.kind === 'ConfigMap' && concerns(one, incident.container),
  );
  const read = siblings.filter(({ ref }) =>
    references.some(
      (one) => ref.kind === one.kind && ref.name === one.name && ref.namespace === declared.ref.namespace,
    ),
  );
  const data = read.flatMap((object) =>
    leavesOf(object.object['data'], ['data']).map((leaf) => ({ object, ...leaf, label: formatFieldPath(leaf.path) })),
  );
  return hostPlaces([...told, ...data], name);
}

function labelOf(path: FieldPath): { readonly label?: string } {
  const variable = path.at(-1) === 'value' ? path.at(-2) : undefined;
  return typeof variable === 'object' ? { label: variable.value } : {};
}

/** The places that are hosts for certain; where there is none, the only one that may be. */
function hostPlaces(leaves: readonly Leaf[], name: string): Place[] {
  const found = leaves.flatMap((leaf) => hostsIn(leaf.text, name, leaf.label).map((one) => ({ leaf, ...one })));
  const sure = found.filter((one) => one.sure);
  const chosen = sure.length > 0 ? sure : found.length === 1 ? found : [];
  return [...Map.groupBy(chosen, ({ leaf }) => leaf)].map(([leaf, list]) => ({
    ...leaf,
    at: list.map(({ at }) => at),
  }));
}

function changesOf(places: readonly Place[], name: string, next: string): Change[] {
  const byObject = Map.groupBy(places, ({ object }) => object);
  return [...byObject].map(([{ ref }, list]) =>
    change(ref, ...list.flatMap(({ path, text, at }) => replaceField(path, text, replacedAt(text, at, name, next)))),
  );
}

/** Text leaves with their paths; items of `env` by name. */
function leavesOf(
  value: JsonValue | undefined,
  path: FieldPath,
): { readonly path: FieldPath; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (isArray(value)) {
    return value.flatMap((item, i) => {
      const name = getField(item, ['name']);
      const unique = typeof name === 'string' && value.filter((one) => getField(one, ['name']) === name).length === 1;
      return leavesOf(item, [...path, unique ? { key: 'name', value: name } : i]);
    });
  }
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key])) : [];
}

/** Whether another object that pods run from, or read, has the host. */
function asksFor({ ref, object }: RenderedObject, name: string): boolean {
  const template = podTemplatePath(ref.kind);
  const part = template ? getField(object, template) : ref.kind === 'ConfigMap' ? object['data'] : undefined;
  return leavesOf(part, []).some(({ text }) => hostsIn(text, name).length > 0);
}

/** The commit until which the Application declared such a Service. */
async function serviceUntil(
  context: ProposeContext,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<string | undefined> {
  const ref = { apiVersion: 'v1', kind: 'Service', namespace, name };
  let newer: string | undefined;
  for await (const { objects, commit } of context.versions()) {
    if (newer !== undefined && objects.some((one) => sameObject(one.ref, ref))) return newer;
    newer = formatCommit(commit);
  }
  return undefined;
}
