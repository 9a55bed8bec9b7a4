import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A folder that is gone after the test. */
export function folder(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-doctor-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An HTTP server of the test's own; its address. */
export async function serve(
  t: TestContext,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  // Safe: a server that listens on TCP has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Writes a kubeconfig for a server; its path. */
export function kubeconfigFor(directory: string, server: string): string {
  const path = join(directory, 'kubeconfig.yaml');
  const clusters = [{ name: 'test', cluster: { server } }];
  const contexts = [{ name: 'test', context: { cluster: 'test', user: 'test' } }];
  const users = [{ name: 'test', user: { token: 'test' } }];
  writeFileSync(
    path,
    JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'test', clusters, contexts, users }),
  );
  return path;
}

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** Runs the command line in a process of its own, with only these variables. */
export function remendo(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env } };
    execFile(process.execPath, [MAIN, ...args], options, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
