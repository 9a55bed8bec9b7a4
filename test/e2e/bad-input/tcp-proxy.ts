import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** A wire to a server that can be cut. */
export interface Wire {
  readonly port: number;
  /** Connections that were made over it. */
  connections(): number;
  /** Breaks every connection that there is; new ones can be made. */
  cut(): void;
  /** While true, new connections are broken at once. */
  broken(now: boolean): void;
  close(): Promise<void>;
}

export async function wireTo(server: string): Promise<Wire> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  let made = 0;
  let isBroken = false;
  const proxy = createServer((near) => {
    made++;
    if (isBroken) return void near.destroy();
    const far = connect(Number(port) || 443, hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => made,
    cut,
    broken: (now) => {
      isBroken = now;
    },
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        cut();
      }),
  };
}
