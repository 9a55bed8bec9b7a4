import type { Event } from '../../domain/kubernetes/cluster-objects.ts';
import type { ProbeFacts } from '../../domain/finding.ts';
import type { Probe } from '../../domain/kubernetes/pod.ts';
import { containerEvents } from './container-runs.ts';
import type { ProbeResult } from './messages/probe-result.ts';
import { parseProbeResult } from './messages/probe-result.ts';
import type { ContainerView, PodView } from './pod-view.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

const FIELDS = { liveness: 'livenessProbe', readiness: 'readinessProbe', startup: 'startupProbe' } as const;

/** What a failing probe asks and how it fails: the spec says what it asks, the newest event says how it fails. */
export interface SeenProbe {
  readonly facts: ProbeFacts;
  readonly event: Event | undefined;
  /** What the probe asks, in one line. */
  readonly asks: string;
  readonly spec: Probe | undefined;
  /** Whether it could not even be carried out: then a startup probe neither passes nor ends its container. */
  readonly errored: boolean;
}

/** What specification, events and the container's state tell of one of its probes. */
export function seeProbe(
  index: SnapshotIndex,
  view: PodView,
  container: ContainerView,
  type: ProbeFacts['type'],
): SeenProbe {
  const spec = container.spec[FIELDS[type]];
  const { event, result } = newestResult(index, view, container, type);
  const handler = handlerOf(spec);
  const { port, path } = targetOf(spec);
  const facts: ProbeFacts = {
    type,
    handler,
    ...(port === undefined ? {} : { port }),
    ...(path === undefined ? {} : { path }),
    failure: isUnknownName(container, port) ? 'unknown-port-name' : failureOf(result, handler),
    ...(result?.statusCode === undefined ? {} : { statusCode: result.statusCode }),
  };
  const asks = [handler, path, port === undefined ? undefined : `port ${port}`].filter((part) => part !== undefined);
  return { facts, event, asks: asks.join(' '), spec, errored: result?.errored === true };
}

function handlerOf(spec: Probe | undefined): ProbeFacts['handler'] {
  if (spec?.tcpSocket) return 'tcpSocket';
  if (spec?.grpc) return 'grpc';
  return spec?.exec ? 'exec' : 'httpGet';
}

function targetOf(spec: Probe | undefined): { port: string | number | undefined; path: string | undefined } {
  const port = spec?.httpGet?.port ?? spec?.tcpSocket?.port ?? spec?.grpc?.port;
  return { port, path: spec?.httpGet?.path };
}

/** Free text is a command's output only where the probe runs a command. */
function failureOf(result: ProbeResult | undefined, handler: ProbeFacts['handler']): ProbeFacts['failure'] {
  if (result === undefined) return 'other';
  return result.failure === 'exec' && handler !== 'exec' ? 'other' : result.failure;
}

function newestResult(
  index: SnapshotIndex,
  view: PodView,
  container: ContainerView,
  type: ProbeFacts['type'],
): { event: Event | undefined; result: ProbeResult | undefined } {
  for (const event of containerEvents(index, view, container)) {
    const result = event.reason === 'Unhealthy' ? parseProbeResult(event.message ?? '') : undefined;
    if (result?.type === type) return { event, result };
  }
  return { event: undefined, result: undefined };
}

/** A port that no container of that name declares. A number in quotes still works (pkg/probe ResolveContainerPort). */
function isUnknownName({ spec }: ContainerView, port: string | number | undefined): boolean {
  if (typeof port !== 'string' || /^\d+$/.test(port)) return false;
  return !(spec.ports ?? []).some(({ name }) => name === port);
}

/** True where the probe asks a port that the container does not declare, though it declares others. */
export function asksUndeclaredPort({ spec }: ContainerView, port: string | number | undefined): boolean {
  const declared = (spec.ports ?? []).map(({ containerPort }) => containerPort);
  return declared.length > 0 && /^\d+$/.test(String(port)) && !declared.includes(Number(port));
}
