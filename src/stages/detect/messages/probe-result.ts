import type { ProbeFacts } from '../../../domain/finding.ts';

type Failure = ProbeFacts['failure'];

/** What an Unhealthy event says: `Liveness probe failed: HTTP probe failed with statuscode: 404`. */
export interface ProbeResult {
  readonly type: ProbeFacts['type'];
  readonly failure: Failure;
  readonly statusCode?: number;
  /** Set where the probe could not be carried out at all, which the kubelet counts neither as passed nor as failed. */
  readonly errored?: true;
}

const TYPES: Readonly<Record<string, ProbeFacts['type']>> = {
  Liveness: 'liveness',
  Readiness: 'readiness',
  Startup: 'startup',
};

/** Reads the kubelet's words (k8s.io/kubernetes pkg/kubelet/prober, pkg/probe); undefined for other messages. */
export function parseProbeResult(message: string): ProbeResult | undefined {
  const match = /^(Liveness|Readiness|Startup) probe (failed|errored(?: and resulted in \w+ state)?): ?([\s\S]*)$/.exec(
    message,
  );
  const type = TYPES[match?.[1] ?? ''];
  if (type === undefined) return undefined;
  const detail = match?.[3] ?? '';
  const status = /statuscode: (\d{3})/.exec(detail)?.[1];
  if (status !== undefined) return { type, failure: 'http-status', statusCode: Number(status) };
  const verb = match?.[2] ?? '';
  return { type, failure: failureOf(detail, verb), ...(verb === 'failed' ? {} : { errored: true }) };
}

function failureOf(detail: string, verb: string): Failure {
  if (/failed to exec in container|OCI runtime exec failed/.test(detail) && !/deadline exceeded/.test(detail))
    return 'exec';
  if (/connection refused/.test(detail)) return 'refused';
  if (/deadline exceeded|i\/o timeout|Client\.Timeout|timed out/.test(detail)) return 'timeout';
  if (/strconv\.Atoi: parsing|port .* not found/.test(detail)) return 'unknown-port-name';
  // Output of a command is free text; that the probe is an exec probe is for the spec to say.
  return verb === 'failed' && !/^(Get |dial tcp|HTTP probe|service unhealthy|rpc error)/.test(detail)
    ? 'exec'
    : 'other';
}
