import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { benchDetect } from './detect.ts';
import { benchEdit } from './edit.ts';
import { benchHelp } from './help.ts';
import { benchList } from './list.ts';
import { benchPatch } from './patch.ts';
import { benchProvenance } from './provenance.ts';
import { benchSnapshotFolder } from './snapshot-folder.ts';

/** One measured thing. */
interface Row {
  readonly name: string;
  readonly figures: Readonly<Record<string, string | number>>;
}

const BENCHES: Readonly<Record<string, { readonly promise: string; readonly run: () => Promise<readonly Row[]> }>> = {
  help: { promise: '`--help` of the built program: under 200 ms.', run: benchHelp },
  patch: { promise: 'From event to proven patch, plain source, warm checkout: under 300 ms, median.', run: benchPatch },
  edit: { promise: 'An edit in a document of 100 lines: under 30 ms, also as one of 200 in its file.', run: benchEdit },
  detect: { promise: 'Detecting and correlating over 10,000 pods: under 1 s, and linear in pods.', run: benchDetect },
  list: { promise: 'Listing 10,000 pods of 13 KB over HTTP: under 6 s, under 150 MB when steady.', run: benchList },
  snapshot: { promise: 'A JSON snapshot folder of 10,000 pods: under 8 s and 400 MB.', run: benchSnapshotFolder },
  provenance: {
    promise: 'Finding and editing the source of a field: see the renders; each costs one run of helm or kustomize.',
    run: benchProvenance,
  },
};

const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);

const page = [
  '# Benchmarks',
  '',
  '<!-- Made by `npm run bench -- --write`. -->',
  '',
  `${machine()} \`npm run bench\` measures again; \`npm run bench -- edit list\` only some.`,
  '',
];
for (const [name, { promise, run }] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${promise}`);
  const rows = await run();
  page.push(`## ${name}`, '', promise, '', '| what | measured |', '| --- | --- |');
  for (const { name: what, figures } of rows) {
    const text = Object.entries(figures)
      .map(([key, value]) => `${key}: ${value}`)
      .join('; ');
    console.log(`  ${what}\n    ${text}`);
    page.push(`| ${what} | ${text} |`);
  }
  page.push('');
}
if (process.argv.includes('--write')) {
  if (names.length > 0) throw new Error('--write needs all benches');
  writeFileSync('docs/benchmarks.md', page.join('\n'));
}

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const day = new Date().toISOString().slice(0, 10);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `Measured ${day} on ${cpus().length} cores (${cpu?.model.trim()}), ${memory} GiB, ${type()} ${release()}, Node.js ${process.versions.node}; load ${load} when it began.`;
}
