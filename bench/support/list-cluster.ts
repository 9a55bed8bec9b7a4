import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepYoungGenerationSmall } from '../../src/adapters/kubernetes/young-generation.ts';
import type { Log } from '../../src/ports/log.ts';
import { megabytes, peakMegabytes } from './child.ts';

// First of all, as src/cli/main.ts does: what loading the modules makes grow stays grown.
keepYoungGenerationSmall();
const { createClusterReader } = await import('../../src/adapters/kubernetes/cluster-reader.ts');
const { connect } = await import('../../src/adapters/kubernetes/connect.ts');

const [server = ''] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'remendo-bench-'));
const kubeconfig = join(folder, 'config');
await writeFile(
  kubeconfig,
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c' } }],
    clusters: [{ name: 'c', cluster: { server } }],
  }),
);
const nothing = (): void => undefined;
const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log };
const clock = { now: () => new Date(), sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) };
const connection = await connect({ kubeconfig, env: {} });
if (!connection.ok) throw new Error(connection.error.message);
const reader = createClusterReader(connection.value, { clock, log });
const started = performance.now();
const read = await reader.snapshot();
const seconds = (performance.now() - started) / 1000;
// Steady: what stays while nothing happens. V8 gives pages back some time after it has collected.
for (let round = 0; round < 6; round++) {
  globalThis.gc?.();
  await clock.sleep(500);
}
const { rss, heapUsed } = process.memoryUsage();
const pods = read.ok ? read.value.objects.Pod.length : -1;
const steady = { rss: megabytes(rss), heapUsed: megabytes(heapUsed) };
console.log(JSON.stringify({ seconds, pods, peak: peakMegabytes(), ...steady }));
await reader.close();
await rm(folder, { recursive: true, force: true });
