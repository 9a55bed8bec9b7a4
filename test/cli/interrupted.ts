// `remendo scan` on an empty cluster in this very process, which is told to stop while the cluster is read.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { scan } from '../../src/cli/commands/scan.ts';

let told = false;
const server = createServer((request, response) => {
  // Nobody listens to the signal before the pass begins.
  told ||= process.emit('SIGINT');
  response.writeHead(200, { 'content-type': 'application/json' });
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', path: pathname, metadata: {}, items: [] }));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const context = { name: 'here', context: { cluster: 'c', user: 'u' } };
const cluster = { name: 'c', cluster: { server: `http://127.0.0.1:${port}` } };
const user = { name: 'u', user: { token: 't' } };
writeFileSync(
  'config',
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [context],
    clusters: [cluster],
    users: [user],
  }),
);
process.env['KUBECONFIG'] = 'config';
process.exitCode = await scan({ output: process.argv[2] === 'json' ? 'json' : 'text', logLevel: 'silent' });
server.closeAllConnections();
server.close();
if (!told) process.exitCode = 70;
