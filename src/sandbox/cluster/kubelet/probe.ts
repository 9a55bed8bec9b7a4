import type { Container, Probe } from '../objects.ts';
import type { Behaviour } from './behaviour.ts';

/** Why a probe fails now, in the kubelet's words; undefined where it succeeds. */
export function probeFailure(
  probe: Probe,
  container: Container,
  behaviour: Behaviour,
  ip: string,
  upSeconds: number,
): string | undefined {
  const wanted = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (wanted === undefined) return undefined;
  const declared = container.ports ?? [];
  const port = typeof wanted === 'number' ? wanted : declared.find(({ name }) => name === wanted)?.containerPort;
  // A port name that the container does not declare: the kubelet cannot even ask.
  if (port === undefined) return `strconv.Atoi: parsing "${wanted}": invalid syntax`;
  const listening = behaviour.listens ?? declared.map(({ containerPort }) => containerPort);
  const up = upSeconds >= (behaviour.startSeconds ?? 0) && listening.includes(port);
  const path = probe.httpGet?.path ?? '/';
  if (!up) {
    const refused = `dial tcp ${ip}:${port}: connect: connection refused`;
    if (probe.httpGet) return `Get "http://${ip}:${port}${path}": ${refused}`;
    return probe.grpc
      ? `timeout: failed to connect service "${ip}:${port}" within 1s: context deadline exceeded`
      : refused;
  }
  const plainPath = path.replace(/\?.*$/, '');
  return probe.httpGet && behaviour.healthPaths?.includes(plainPath) === false
    ? 'HTTP probe failed with statuscode: 404'
    : undefined;
}
