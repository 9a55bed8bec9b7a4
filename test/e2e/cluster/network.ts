import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { findProgram } from './prerequisites.ts';

/** The addresses of one run; no other run on this machine has them. */
export interface Network {
  readonly bridge: string;
  /** Of the pods; its first address is this machine, as pods reach it. */
  readonly pods: string;
  readonly gateway: string;
  readonly services: string;
  /** First of the Services' addresses: that of the Service `kubernetes`. The API server itself listens there. */
  readonly apiServer: string;
  readonly dns: string;
}

/** Name of a run's bridge, from its folder's name, so that a later run can clear it. An interface's name has at most 15 characters. */
export function bridgeOf(directory: string): string {
  const id = basename(directory).replace(/^.*-/, '').toLowerCase();
  return `rmd-${id}`.slice(0, 15);
}

const NETWORKS = 200;

/**
 * Makes the bridge of the pods, with the address of the API server on it: pods reach it as in any cluster, without
 * kube-proxy and without a rule in iptables, and all of it goes with the bridge.
 */
export function makeNetwork(directory: string): Network {
  const bridge = bridgeOf(directory);
  ip('link', 'add', bridge, 'type', 'bridge');
  const first = Array.from(bridge).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % NETWORKS, 7);
  for (let tried = 0; tried < NETWORKS; tried++) {
    const network = networkOf(bridge, 20 + ((first + tried) % NETWORKS));
    // Asked again at every turn: another run may start at this moment.
    if (ip('-4', '-o', 'addr').includes(` ${network.gateway}/`)) continue;
    ip('addr', 'add', `${network.gateway}/24`, 'dev', bridge);
    ip('addr', 'add', `${network.apiServer}/32`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
    return network;
  }
  throw new Error('every network of the end-to-end tests is in use: look for bridges named rmd-* (ip link)');
}

function networkOf(bridge: string, third: number): Network {
  const [pods, services] = [`10.77.${third}`, `10.111.${third}`];
  return {
    bridge,
    pods: `${pods}.0/24`,
    gateway: `${pods}.1`,
    services: `${services}.0/24`,
    apiServer: `${services}.1`,
    dns: `${services}.10`,
  };
}

function ip(...args: readonly string[]): string {
  return execFileSync(findProgram('ip') ?? 'ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
