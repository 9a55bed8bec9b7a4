import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey } from '../../domain/object-ref.ts';
import { refOfKind } from '../../domain/snapshot.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { podTemplatePath } from '../../domain/pod-template.ts';
import { declaredContainers } from './pod-template.ts';
import type { ProposeContext } from './proposer.ts';

/** A workload's pods as the outside sees them. */
export interface WorkloadPods {
  readonly ref: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of its containers and sidecars. */
  readonly ports: readonly { readonly name?: string; readonly number: number; readonly protocol: string }[];
}

/** Workloads of a namespace: as the Application declares them, else as they are in the cluster. */
export function workloadsIn(context: Pick<ProposeContext, 'snapshot' | 'siblings'>, namespace: string): WorkloadPods[] {
  const out = new Map<string, WorkloadPods>();
  const { Deployment, StatefulSet, DaemonSet } = context.snapshot.objects;
  const live = [
    ...Deployment.map((object) => ['Deployment', object] as const),
    ...StatefulSet.map((object) => ['StatefulSet', object] as const),
    ...DaemonSet.map((object) => ['DaemonSet', object] as const),
  ];
  for (const [kind, { metadata, spec }] of live) {
    if (metadata.namespace !== namespace || metadata.deletionTimestamp !== undefined) continue;
    const { containers, initContainers = [] } = spec.template.spec;
    const serving = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
    const ports = serving.flatMap((container) =>
      (container.ports ?? []).map(({ name, containerPort, protocol = 'TCP' }) => ({
        ...(name === undefined ? {} : { name }),
        number: containerPort,
        protocol,
      })),
    );
    const ref = refOfKind(kind, metadata);
    out.set(refKey(ref), { ref, labels: spec.template.metadata?.labels ?? {}, ports });
  }
  for (const sibling of context.siblings) {
    const declared = sibling.ref.namespace === namespace ? declaredWorkload(sibling) : undefined;
    if (declared) out.set(refKey(declared.ref), declared);
  }
  return [...out.values()];
}

function declaredWorkload(object: RenderedObject): WorkloadPods | undefined {
  const { kind } = object.ref;
  const template = podTemplatePath(kind);
  if (!template || !['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)) return undefined;
  const labels = getField(object.object, [...template, 'metadata', 'labels']);
  const serving = declaredContainers(object).filter(
    ({ list, value }) => list === 'containers' || value['restartPolicy'] === 'Always',
  );
  return {
    ref: object.ref,
    labels: texts(labels),
    ports: serving.flatMap(({ value }) => portsOf(value['ports'])),
  };
}

function portsOf(ports: JsonValue | undefined): WorkloadPods['ports'] {
  return (Array.isArray(ports) ? ports : []).flatMap((port: JsonValue) => {
    if (!isObject(port) || typeof port['containerPort'] !== 'number') return [];
    const { containerPort: number, name, protocol } = port;
    return [
      {
        ...(typeof name === 'string' ? { name } : {}),
        number,
        protocol: typeof protocol === 'string' ? protocol : 'TCP',
      },
    ];
  });
}

/** The entries of a map that are text, as labels and selectors are. */
export function texts(map: JsonValue | undefined): Record<string, string> {
  const entries = isObject(map) ? Object.entries(map) : [];
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  );
}

/** Whether a Service's selector selects pods with these labels; an empty selector selects none. */
export function selectorMatches(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
