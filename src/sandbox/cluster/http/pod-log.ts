import { badRequest, notFoundStatus } from '../api-status.ts';
import type { ContainerStatus, Pod } from '../objects.ts';
import type { ObjectStore } from '../store.ts';
import type { Reply } from './reply.ts';
import { failure } from './reply.ts';
import type { Target } from './target.ts';

/** Serves `pods/log` with the kubelet's own refusals (pkg/kubelet/kubelet_pods.go validateContainerLogStatus). */
export function podLog(
  store: ObjectStore,
  logOf: (pod: Pod, containerID: string) => readonly string[] | undefined,
  target: Target,
  query: URLSearchParams,
): Reply {
  const name = target.name ?? '';
  const pod = store.get('Pod', target.namespace, name);
  if (!pod) return failure(notFoundStatus(target.resource, name));
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name);
  const asked = query.get('container') ?? (all.length === 1 ? all[0] : undefined);
  if (asked === undefined) {
    const main = pod.spec.containers.map((container) => container.name).join(' ');
    const init = (pod.spec.initContainers ?? []).map((container) => container.name).join(' ');
    const more = init === '' ? '' : ` or one of the init containers: [${init}]`;
    return failure(badRequest(`a container name must be specified for pod ${name}, choose one of: [${main}]${more}`));
  }
  if (!all.includes(asked)) return failure(badRequest(`container ${asked} is not valid for pod ${name}`));
  // The server streams nothing where there is no node to ask (pkg/registry/core/pod/strategy.go).
  if (pod.spec.nodeName === undefined) return { code: 204, body: '', type: 'text/plain' };
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const status = statuses.find((one) => one.name === asked);
  const run = runOf(name, asked, status, query.get('previous') === 'true');
  if ('problem' in run) return failure(badRequest(run.problem));
  const lines = logOf(pod, run.containerID);
  // A run whose log the node no longer holds: the server answers 200 with this text.
  const text = lines ? shown(lines, query) : `unable to retrieve container logs for ${run.containerID}`;
  return { code: 200, body: text, type: 'text/plain' };
}

function shown(lines: readonly string[], query: URLSearchParams): string {
  const tail = query.get('tailLines');
  const kept = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const text = kept.map((line) => `${line}\n`).join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString();
}

function runOf(
  pod: string,
  container: string,
  status: ContainerStatus | undefined,
  previous: boolean,
): { containerID: string } | { problem: string } {
  const last = status?.lastState.terminated?.containerID;
  if (previous) {
    return last === undefined
      ? {
          problem: `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)} not found`,
        }
      : { containerID: last };
  }
  if (status?.containerID !== undefined && (status.state.running ?? status.state.terminated))
    return { containerID: status.containerID };
  if (last !== undefined) return { containerID: last };
  const head = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod)}`;
  const reason = status?.state.waiting?.reason;
  if (reason === undefined) return { problem: `${head} is not available` };
  const why =
    reason === 'ErrImagePull'
      ? "image can't be pulled"
      : reason === 'ImagePullBackOff'
        ? 'trying and failing to pull image'
        : reason;
  return { problem: `${head} is waiting to start: ${why}` };
}
