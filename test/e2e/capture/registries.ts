import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { findProgram, nodeAddress } from '../cluster/prerequisites.ts';

/** Hosts as the inputs name them, and where they are while the capture runs. */
export type Hosts = readonly (readonly [name: string, address: string])[];

const denied = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] });

/** Registries that refuse in their own ways. Words and codes are those of the distribution specification. */
const REFUSALS: Readonly<Record<string, RequestListener>> = {
  'private.example': (_request, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="private"', 'Content-Type': 'application/json' });
    response.end(denied('UNAUTHORIZED', 'authentication required'));
  },
  'forbidden.example': (_request, response) => {
    response.writeHead(403, { 'Content-Type': 'application/json' });
    response.end(denied('DENIED', 'requested access to the resource is denied'));
  },
  'limited.example': (_request, response) => {
    response.writeHead(429, { 'Content-Type': 'application/json' });
    response.end(denied('TOOMANYREQUESTS', 'too many requests'));
  },
  'broken.example': (_request, response) => void response.writeHead(503).end(),
};

function listen(server: Server, address: string): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, address, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The real registry with every image of the inputs, and some that refuse. */
export async function startRegistries(cluster: Cluster): Promise<{ readonly hosts: Hosts; close(): void }> {
  const { images, directory, registry } = cluster;
  await images.push('app', '1');
  await images.push('app', 'user-1000', { user: '1000' });
  await images.push('app', 'user-app', { user: 'app' });
  await images.push('app', 'page', { entrypoint: ['/www/index.html'] });
  await images.push('app', 'script', { entrypoint: ['/bin/behave'] });
  await images.push('app', 'no-command', { entrypoint: [] });
  await pushOtherPlatform(registry);
  const servers: Server[] = [];
  const hosts: [string, string][] = [['registry.example', registry]];
  for (const [name, listener] of Object.entries(REFUSALS)) {
    const server = createServer(listener);
    servers.push(server);
    hosts.push([name, `127.0.0.1:${await listen(server, '127.0.0.1')}`]);
  }
  // containerd speaks plain HTTP to loopback addresses only.
  const address = nodeAddress();
  const plain = createServer((_request, response) => void response.end());
  const pki = join(directory, 'pki');
  const certificate = { cert: readFileSync(join(pki, 'server.crt')), key: readFileSync(join(pki, 'server.key')) };
  const secure = createSecureServer(certificate, (_request, response) => void response.end());
  servers.push(plain, secure);
  hosts.push(['plain-http.example', `${address}:${await listen(plain, address)}`]);
  hosts.push(['self-signed.example', `${address}:${await listen(secure, address)}`]);
  const gone = createServer();
  const port = await listen(gone, '127.0.0.1');
  gone.close();
  hosts.push(['down.example', `127.0.0.1:${port}`]);
  return {
    hosts,
    close() {
      for (const server of servers) server.close();
    },
  };
}

/** An index that has an image for a processor that the node does not have. */
async function pushOtherPlatform(registry: string): Promise<void> {
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const base = `http://${registry}/v2/app/manifests`;
  const image = await fetch(`${base}/1`, { headers: { Accept: type } });
  const body = await image.text();
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifests: [
      {
        mediaType: type,
        size: Buffer.byteLength(body),
        digest: image.headers.get('docker-content-digest'),
        platform: { architecture: 's390x', os: 'linux' },
      },
    ],
  };
  const headers = { 'Content-Type': index.mediaType };
  const put = await fetch(`${base}/other-platform`, { method: 'PUT', headers, body: JSON.stringify(index) });
  if (!put.ok) throw new Error(`the registry refuses the index: ${put.status} ${await put.text()}`);
}

/** The version of the container runtime, as it says it. */
export function runtimeVersion(): string {
  return (
    execFileSync(findProgram('containerd') ?? 'containerd', ['--version'], { encoding: 'utf8' })
      .trim()
      .split(' ')[2] ?? ''
  );
}
