import { createSnapshotFolder } from '../../src/adapters/snapshot/snapshot-folder.ts';
import { megabytes, peakMegabytes } from './child.ts';

const [directory = '.'] = process.argv.slice(2);
const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
const started = performance.now();
const read = await createSnapshotFolder({ directory, clock }).snapshot();
const seconds = (performance.now() - started) / 1000;
const pods = read.ok ? read.value.objects.Pod.length : -1;
globalThis.gc?.();
const { rss, heapUsed } = process.memoryUsage();
const steady = { rss: megabytes(rss), heapUsed: megabytes(heapUsed) };
console.log(JSON.stringify({ seconds, pods, peak: peakMegabytes(), ...steady }));
