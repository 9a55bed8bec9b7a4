import { compareText } from '../../domain/compare-text.ts';
import type { Finding, Severity } from '../../domain/finding.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';
import type { Incident } from '../../domain/incident.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { OwnerIndex } from '../../domain/owners.ts';
import { createOwnerIndex } from '../../domain/owners.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { collectEvidence } from './collect-evidence.ts';
import { findRoots } from './explain.ts';
import type { Group } from './group.ts';
import { groupFindings } from './group.ts';
import type { Serving } from './serving.ts';
import { createServing } from './serving.ts';

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];
const MOST_AFFECTED = 50;
const MOST_SHARERS = 10;
const BATCH = new Set(['Job', 'CronJob']);

/**
 * One incident per root, sorted by severity, namespace, name, cause and container. Findings that follow from a root are
 * in its `explains`. The same snapshot and findings in any order give the same incidents.
 */
export function correlate(snapshot: Snapshot, findings: readonly Finding[]): Incident[] {
  const owners = createOwnerIndex(snapshot);
  const roots = findRoots(groupFindings(findings, owners), snapshot);
  const serving = createServing(snapshot, owners);
  const sharers = shareRoots([...roots.keys()]);
  const alike = failAlike([...roots.keys()]);
  return [...roots]
    .map(([root, effects]) =>
      toIncident({ snapshot, owners, serving, root, effects, sharers: sharers(root), alike: alike(root) }),
    )
    .sort(compareIncidents);
}

interface Parts {
  readonly snapshot: Snapshot;
  readonly owners: OwnerIndex;
  readonly serving: Serving;
  readonly root: Group;
  readonly effects: readonly Group[];
  readonly sharers: readonly ObjectRef[];
  readonly alike: readonly ObjectRef[];
}

function toIncident({ snapshot, owners, serving, root, effects, sharers, alike }: Parts): Incident {
  const { workload: object, cause, container, subject, findings } = root;
  const [first] = findings;
  const failing = findings.map((finding) => finding.object);
  const following = effects.flatMap((effect) => effect.findings.map((finding) => finding.object));
  const affected = uniqueRefs(
    [...failing, ...following].flatMap((ref) => owners.chain(ref).map((link) => link.ref)),
  ).filter((ref) => refKey(ref) !== refKey(object));
  const stillServing = serving.olderPodsServe(object, failing);
  const containers = [...new Set(findings.map((finding) => finding.container))].filter((name) => name !== undefined);
  const since = earliest(findings);
  // Which of several containers shows a shared root first is chance: it stays out of the fingerprint.
  const where = subject === undefined ? container : undefined;
  const explains = [
    ...effects.flatMap((effect) => effect.findings).map(({ cause, object, summary }) => ({ cause, object, summary })),
    ...serving.servicesWithoutPods(failing).map((service) => ({
      cause: 'service/no-ready-endpoints',
      object: service,
      summary: 'none of its pods is ready',
    })),
  ];
  return {
    fingerprint: fingerprintOf({ cluster: snapshot.cluster, object, container: where, cause, subject }),
    cause,
    severity: severityOf(findings, stillServing || BATCH.has(object.kind)),
    object,
    ...(container === undefined ? {} : { container }),
    ...(first?.containerType === undefined ? {} : { containerType: first.containerType }),
    ...(subject === undefined ? {} : { subject }),
    summary: `${first?.summary ?? cause}${stillServing ? '; older pods still serve' : ''}`,
    ...(since === undefined ? {} : { since }),
    evidence: collectEvidence(root, effects, sharers),
    facts: { ...first?.facts, ...(containers.length > 1 ? { containers } : {}) },
    ...(alike.length === 0 ? {} : { alike }),
    affected: affected.slice(0, MOST_AFFECTED),
    ...(effects.length === 0 ? {} : { showing: uniqueRefs(failing).slice(0, MOST_AFFECTED) }),
    explains: explains.toSorted((a, b) => compareText(explainKey(a), explainKey(b))).slice(0, MOST_AFFECTED),
    stillServing,
  };
}

function explainKey({ cause, object }: { cause: string; object: ObjectRef }): string {
  return `${cause} ${refKey(object)}`;
}

/** A workload that still serves, or that serves nobody, is not down: the worst that can be said of it is a warning. */
function severityOf(findings: readonly Finding[], notDown: boolean): Severity {
  const worst = SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'warning';
  return notDown && worst === 'critical' ? 'warning' : worst;
}

function earliest(findings: readonly Finding[]): string | undefined {
  const times = findings.map(({ since }) => since).filter((time) => time !== undefined);
  return times.sort()[0];
}

function uniqueRefs(refs: readonly ObjectRef[]): ObjectRef[] {
  return byKey(refs).map(([, ref]) => ref);
}

function byKey(refs: readonly ObjectRef[]): [string, ObjectRef][] {
  const unique = new Map(refs.map((ref) => [refKey(ref), ref]));
  return [...unique].sort(([a], [b]) => compareText(a, b));
}

/** The workloads of the roots with an equal key, by their own keys; sorted once, for a whole fleet may fail for one cause. */
function workloadsBy(
  roots: readonly Group[],
  keyOf: (root: Group) => string | undefined,
): (root: Group) => readonly (readonly [string, ObjectRef])[] {
  const groups = Map.groupBy(roots, keyOf);
  const sorted = new Map([...groups].map(([key, list]) => [key, byKey(list.map(({ workload }) => workload))] as const));
  return (root) => {
    const key = keyOf(root);
    return key === undefined ? [] : (sorted.get(key) ?? []);
  };
}

function without(refs: readonly (readonly [string, ObjectRef])[], own: ObjectRef): readonly ObjectRef[] {
  const key = refKey(own);
  return refs.flatMap(([other, ref]) => (other === key ? [] : [ref]));
}

/** Other workloads with the same cause and subject in the same namespace: they share one root, and the evidence names some. */
function shareRoots(roots: readonly Group[]): (root: Group) => readonly ObjectRef[] {
  const sharing = workloadsBy(roots, (root) => (root.subject === undefined ? undefined : rootKey(root)));
  return (root) => without(sharing(root).slice(0, MOST_SHARERS + 1), root.workload);
}

/**
 * Other workloads of the same kind, in any namespace, that fail for the same cause in a container of the same name. What is
 * told for information only is not mended, for one or for all.
 */
function failAlike(roots: readonly Group[]): (root: Group) => readonly ObjectRef[] {
  const failing = workloadsBy(roots, (root) => (isToldOnly(root) ? undefined : faultKey(root)));
  return (root) => without(failing(root), root.workload);
}

function isToldOnly({ findings }: Group): boolean {
  return findings.every(({ severity }) => severity === 'info');
}

function faultKey({ workload, cause, container, subject }: Group): string {
  return JSON.stringify([workload.kind, cause, container ?? null, subject ?? null]);
}

function rootKey({ workload, cause, subject }: Group): string {
  return `${workload.namespace ?? ''} ${cause} ${subject ?? ''}`;
}

function compareIncidents(a: Incident, b: Incident): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || compareText(sortKey(a), sortKey(b));
}

function sortKey({ object, cause, container = '', fingerprint }: Incident): string {
  return [object.namespace ?? '', object.name, cause, container, fingerprint].join(' ');
}
