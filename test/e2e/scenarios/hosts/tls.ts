import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Cluster } from '../../cluster/cluster.ts';
import type { GitHost } from './host.ts';

/**
 * The same Git host over HTTPS, at the address that pods reach, with a certificate of the cluster's own authority: as a
 * company has it. Remendo sends no credentials over plain HTTP to another machine.
 */
export async function behindTLS<T extends Pick<GitHost, 'config' | 'createRepository' | 'close'>>(
  host: T,
  { directory, gateway }: Cluster,
): Promise<T> {
  const plain = /http:\/\/([\d.]+):(\d+)/.exec(JSON.stringify(host.config));
  const [, address = '', port = ''] = plain ?? [];
  const open = new Set<Socket>();
  const pki = (file: string): Buffer => readFileSync(join(directory, 'pki', file));
  const server = createServer({ cert: pki('server.crt'), key: pki('server.key') }, (socket) => {
    const upstream = connect(Number(port), address);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, gateway, resolve);
  });
  const bound = server.address();
  const front = `${gateway}:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  const moved = (text: string): string =>
    text.replaceAll(`http://${address}:${port}`, `https://${front}`).replaceAll(`${address}:${port}`, front);
  return {
    ...host,
    config: JSON.parse(moved(JSON.stringify(host.config))),
    createRepository: async (...args: Parameters<GitHost['createRepository']>) =>
      moved(await host.createRepository(...args)),
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await host.close();
    },
  };
}
