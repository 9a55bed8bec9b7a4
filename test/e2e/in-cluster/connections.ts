import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

/** Where a program of a pod has connected to. */
export interface Connection {
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
}

export interface Recorder {
  /** All so far, each once. */
  seen(): readonly Connection[];
  stop(): void;
}

/** Milliseconds between two looks: a connection that its client closed shows for a minute longer. */
const PAUSE = 500;
const LISTENS = '0A';

/**
 * Records where the pods of Remendo on a cluster of this machine connect to, from the kernel's tables of their network
 * namespaces (proc(5), `net/tcp`). `own` is the port that they serve: who connects to it is no connection of theirs.
 */
export function recordConnections(directory: string, own: number): Recorder {
  const seen = new Map<string, Connection>();
  const look = (): void => {
    for (const pid of pidsOf(directory)) {
      for (const connection of tablesOf(pid, own)) seen.set(JSON.stringify(connection), connection);
    }
  };
  const timer = setInterval(look, PAUSE);
  return {
    seen: () => [...seen.values()],
    stop: () => clearInterval(timer),
  };
}

/** Processes of Remendo in the containers of a run: its cgroup carries the end of its folder's name. */
function pidsOf(directory: string): readonly string[] {
  const run = `/remendo-e2e-${basename(directory).replace(/^.*-/, '').toLowerCase()}/`;
  return readdirSync('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      /remendo\b.*\brun\b/.test(read(pid, 'cmdline').replaceAll('\0', ' ')) &&
      read(pid, 'cgroup').includes(run),
  );
}

function tablesOf(pid: string, own: number): readonly Connection[] {
  return (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) =>
    read(pid, `net/${table}`)
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', remote = '', state] = line.trim().split(/\s+/);
        const { port } = endpoint(remote);
        if (state === LISTENS || !(port > 0) || endpoint(local).port === own) return [];
        return [{ protocol: table.startsWith('tcp') ? ('TCP' as const) : ('UDP' as const), ...endpoint(remote) }];
      }),
  );
}

/** `0100007F:0050` is 127.0.0.1:80; IPv6 is shown as it stands, but for mapped IPv4. */
function endpoint(text: string): { readonly address: string; readonly port: number } {
  const [hex = '', port = ''] = text.split(':');
  const last = hex.slice(-8);
  const mapped = hex.length === 8 || hex.startsWith('0000000000000000FFFF0000');
  const bytes = (last.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).toReversed();
  return { address: mapped ? bytes.join('.') : hex, port: Number.parseInt(port, 16) };
}

/** Empty where the process is gone. */
function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
