import type { FieldPath } from '../../../domain/field-path.ts';
import { getField } from '../../../domain/field-path.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { canonicalJson, isArray, isObject } from '../../../domain/json.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import { findObject, noObjects } from '../../../domain/snapshot.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { GitCommit } from '../../../ports/git.ts';
import { formatCommit } from '../field-history.ts';
import type { Answer } from '../../../domain/proposal.ts';
import { answersOf, change, listOf, replaceField, show } from '../answers.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import type { WorkloadPods } from '../workloads.ts';
import { selectorMatches, texts, workloadsIn } from '../workloads.ts';
import { isOtherPurpose } from './other-purpose.ts';
import { nearOfFew } from '../similar.ts';

const answers = answersOf('rule', 'service-port');

/**
 * A Service sends to a port that the selected pods do not have: the one port that they have, and that no other entry of the
 * Service uses, is written as its targetPort; by name where a name was written and the port has one.
 */
export const servicePort: Proposer = {
  origin: 'rule',
  name: 'service-port',
  causes: ['service/no-such-port'],
  async propose(context) {
    const { declared, incident } = context;
    const wanted = incident.facts.servicePort;
    if (declared.ref.kind !== 'Service' || !wanted)
      return answers.decline('which port of the Service fails is not known');
    const spec = declared.object['spec'];
    const entries = (isObject(spec) && isArray(spec['ports']) ? spec['ports'] : []).filter(isObject);
    const matching = entries.filter((entry) => entry['port'] === wanted.port && protocolOf(entry) !== undefined);
    const [entry] = matching;
    if (matching.length !== 1 || !entry)
      return answers.decline(`the manifest does not declare port ${wanted.port} exactly once`);
    const target = entry['targetPort'] ?? wanted.port;
    if (show(target) !== String(wanted.targetPort)) return answers.decline('the port that fails is not the one in Git');
    const selector = texts(isObject(spec) ? spec['selector'] : undefined);
    const pods = workloadsIn(context, declared.ref.namespace ?? '').filter(({ labels }) =>
      selectorMatches(selector, labels),
    );
    if (pods.length === 0) return answers.decline('no workload is known whose pods the Service selects');
    const since = typeof target === 'number' ? await unchangedSince(context, wanted.port, pods) : undefined;
    if (since !== undefined) {
      return answers.decline(
        `the Service and the pods' ports are as they are since ${since}: a container may well listen on a port that it does not declare`,
      );
    }
    return choose(context, entry, entries, pods);
  },
};

function choose(
  context: ProposeContext,
  entry: JsonObject,
  entries: readonly JsonObject[],
  pods: readonly WorkloadPods[],
): Answer {
  const target = entry['targetPort'] ?? entry['port'];
  const others = new Set(
    entries.filter((other) => other !== entry).map((other) => show(other['targetPort'] ?? other['port'])),
  );
  const free = pods.map(({ ports }) =>
    ports.filter(
      ({ number, name, protocol }) =>
        protocol === protocolOf(entry) && !others.has(String(number)) && !(name !== undefined && others.has(name)),
    ),
  );
  const all = new Map(free.flat().map((port) => [`${port.name ?? ''}/${port.number}`, port]));
  let candidates = [...all.values()];
  const here = (port: string | number): boolean =>
    candidates.some(({ number, name }) => number === port || name === port);
  if ((typeof target === 'string' || typeof target === 'number') && here(target)) {
    return answers.decline(`pods of the Service do declare port ${target}`);
  }
  if (candidates.length > 1 && typeof target === 'string') {
    const near = nearOfFew(
      target,
      candidates.flatMap(({ name }) => name ?? []),
    );
    candidates = candidates.filter(({ name }) => name !== undefined && near.includes(name));
  }
  const [only] = candidates;
  const serves = only && free.every((ports) => ports.some(({ number }) => number === only.number));
  if (candidates.length !== 1 || !only || !serves) {
    const known = [...all.values()].map(({ name, number }) => name ?? String(number));
    return answers.decline(
      `no port of the pods is called ${show(target)}, and they declare ${known.length === 0 ? 'no port that is free' : listOf(known)}`,
    );
  }
  const isSlip = typeof target === 'string' && nearOfFew(target, only.name === undefined ? [] : [only.name]).length > 0;
  if (typeof target === 'string' && !isSlip && isOtherPurpose(target, only.name)) {
    return answers.decline(
      `no port of the pods is called ${target}, and that name tells of another purpose than \`${only.name ?? only.number}\`, the only port that they declare`,
    );
  }
  const next = typeof target === 'string' ? (only.name ?? only.number) : only.number;
  const path: FieldPath = ['spec', 'ports', ...segmentOf(context, entry), 'targetPort'];
  const written = entry['targetPort'];
  const operations =
    written === undefined ? [{ op: 'add' as const, path, value: next }] : replaceField(path, written, next);
  return answers.fix(
    context,
    [change(context.declared.ref, ...operations)],
    `Port ${show(entry['port'])} of the Service goes to \`${show(target)}\`, which no selected pod has; ${next} is the only port that they declare for it.`,
  );
}

/** A mistake that stops all traffic is not left alone for longer than this. */
const SETTLED = 24 * 3600 * 1000;

/** The oldest commit that is known to have had the same target and the same container ports, where both it and the Service are old. */
async function unchangedSince(
  context: ProposeContext,
  port: number,
  pods: readonly WorkloadPods[],
): Promise<string | undefined> {
  const { declared, siblings, snapshot } = context;
  const essence = (objects: readonly RenderedObject[]): string => {
    const service = objects.find(({ ref }) => sameObject(ref, declared.ref));
    const entries = getField(service?.object, ['spec', 'ports']);
    const workloads = workloadsIn(
      { snapshot: { ...snapshot, objects: noObjects() }, siblings: objects },
      declared.ref.namespace ?? '',
    );
    const behind = workloads.filter(({ ref }) => pods.some((one) => sameObject(one.ref, ref)));
    const target = (isArray(entries) ? entries : []).filter((one) => isObject(one) && one['port'] === port);
    return canonicalJson([
      target.map((one) => (isObject(one) ? (one['targetPort'] ?? port) : null)),
      behind.map(({ ports }) => ports.map((one) => one.number)),
    ]);
  };
  const now = essence(siblings);
  let oldest: GitCommit | undefined;
  for await (const { objects, commit } of context.versions()) {
    if (essence(objects) !== now) break;
    oldest = commit;
  }
  const live = findObject(snapshot, 'Service', declared.ref.name, declared.ref.namespace)?.metadata.creationTimestamp;
  const isOld = (at = ''): boolean => Date.parse(snapshot.takenAt) - Date.parse(at) > SETTLED;
  return oldest !== undefined && isOld(oldest.committedAt) && isOld(live) ? formatCommit(oldest) : undefined;
}

/** The entry by name where it has one, else by port number where no other protocol shares it, else by index. */
function segmentOf({ declared }: ProposeContext, entry: JsonObject): FieldPath {
  const { name, port } = entry;
  const list = getField(declared.object, ['spec', 'ports']);
  const unique = (key: string): boolean =>
    isArray(list) && list.filter((item) => isObject(item) && item[key] === entry[key]).length === 1;
  if (typeof name === 'string' && unique('name')) return [{ key: 'name', value: name }];
  if (unique('port')) return [{ key: 'port', value: show(port) }];
  return [isArray(list) ? list.indexOf(entry) : 0];
}

function protocolOf(entry: JsonObject): string | undefined {
  const protocol = entry['protocol'] ?? 'TCP';
  return typeof protocol === 'string' ? protocol : undefined;
}
