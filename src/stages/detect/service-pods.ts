import type { Kind } from '../../domain/kubernetes/kinds.ts';
import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { Pod, PodTemplate } from '../../domain/kubernetes/pod.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refOfKind } from '../../domain/snapshot.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

type Labels = Readonly<Record<string, string>>;

/** A workload's pod labels, also where it has no pod now. */
export interface LabelledTemplate {
  readonly ref: ObjectRef;
  readonly labels: Labels;
  readonly running: boolean;
}

/** Finds the pods, and the pod templates, that labels select in a namespace. */
export interface PodSelector {
  /** Pods of the wanted revision that a selector matches; pods of older revisions only where there are no others. */
  podsOf(namespace: string, selector: Labels): readonly Pod[];
  templatesOf(namespace: string, selector: Labels): readonly LabelledTemplate[];
  templatesIn(namespace: string): readonly LabelledTemplate[];
}

/** Indexes pods by each label pair, so that a Service costs the pods of its rarest pair and not the whole namespace. */
export function createPodSelector(index: SnapshotIndex): PodSelector {
  const byPair = new Map<string, Pod[]>();
  for (const pod of index.snapshot.objects.Pod) {
    const { labels = {}, namespace = '', deletionTimestamp } = pod.metadata;
    const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (deletionTimestamp !== undefined || ended) continue;
    for (const [key, value] of Object.entries(labels)) add(byPair, `${namespace}/${key}=${value}`, pod);
  }
  const wanted = new Set(index.pods.map(({ pod }) => pod));
  const templates = new Map<string, LabelledTemplate[]>();
  for (const template of allTemplates(index)) add(templates, template.ref.namespace ?? '', template);

  const templatesIn = (namespace: string): readonly LabelledTemplate[] => templates.get(namespace) ?? [];
  return {
    podsOf(namespace, selector) {
      const lists = Object.entries(selector).map(([key, value]) => byPair.get(`${namespace}/${key}=${value}`) ?? []);
      const rarest = lists.reduce((a, b) => (b.length < a.length ? b : a));
      const pods = rarest.filter((pod) => matches(selector, pod.metadata.labels ?? {}));
      const current = pods.filter((pod) => wanted.has(pod));
      return current.length > 0 ? current : pods;
    },
    templatesIn,
    templatesOf: (namespace, selector) => templatesIn(namespace).filter(({ labels }) => matches(selector, labels)),
  };
}

function add<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function* allTemplates(index: SnapshotIndex): Generator<LabelledTemplate> {
  const make = (kind: Kind, metadata: ObjectMeta, template: PodTemplate | undefined): LabelledTemplate => {
    const ref = refOfKind(kind, metadata);
    return { ref, labels: template?.metadata?.labels ?? {}, running: index.judged(ref) };
  };
  const { Deployment, StatefulSet, DaemonSet, ReplicaSet, CronJob, Job } = index.snapshot.objects;
  for (const { metadata, spec } of Deployment) yield make('Deployment', metadata, spec.template);
  for (const { metadata, spec } of StatefulSet) yield make('StatefulSet', metadata, spec.template);
  for (const { metadata, spec } of DaemonSet) yield make('DaemonSet', metadata, spec.template);
  for (const { metadata, spec } of CronJob) yield make('CronJob', metadata, spec.jobTemplate.spec.template);
  for (const { metadata, spec } of Job) yield make('Job', metadata, spec.template);
  for (const { metadata, spec } of ReplicaSet) {
    const ofDeployment = metadata.ownerReferences?.some(({ kind }) => kind === 'Deployment') === true;
    if (!ofDeployment) yield make('ReplicaSet', metadata, spec.template);
  }
}

/** Whether a Service's target port is one of the pod's: declared by name or number, or asked by a probe of the pod. */
export function reachedPort({ spec }: Pod, target: string | number, protocol: string): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some((container) => {
    const { ports = [], livenessProbe, readinessProbe, startupProbe } = container;
    const declared = ports.some(
      (port) =>
        (port.protocol ?? 'TCP') === protocol && (port.name === target || port.containerPort === Number(target)),
    );
    const probed = [livenessProbe, readinessProbe, startupProbe].some((probe) => {
      const asked = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
      return typeof target === 'number' && Number(asked) === target;
    });
    return declared || probed;
  });
}
