import { execFileSync } from 'node:child_process';
import { createHelmRenderer } from '../src/adapters/render/helm.ts';
import type { Operation } from '../src/domain/change.ts';
import { Application } from '../src/domain/kubernetes/application.ts';
import { noObjects } from '../src/domain/snapshot.ts';
import { indexApplications } from '../src/stages/locate/applications.ts';
import { createSources } from '../src/stages/locate/sources.ts';
import { localGit, quiet } from '../test/support/checkouts.ts';
import { REPO, checkoutOf } from '../test/support/renders.ts';
import { tools } from '../test/support/tools.ts';
import { fieldPath, objectRef, openCase } from '../test/support/cases.ts';

type Row = { name: string; figures: Record<string, string | number> };

/** What finding, editing and proving one field costs: renders and milliseconds, on the fixtures with real programs. */
export async function benchProvenance(): Promise<Row[]> {
  const rows: Row[] = [];
  const renders: number[] = [];
  for (const name of ['plain', 'kustomize-overlays', 'kustomize-generators', 'helm-environments', 'helm-umbrella']) {
    using opened = openCase(name);
    const counts: number[] = [];
    const times: number[] = [];
    const again: number[] = [];
    for (const { application: wanted, object: text, field, set } of opened.questions) {
      const application = opened.applications.find(({ metadata }) => metadata.name === wanted);
      if (!application || set === undefined) continue;
      const object = objectRef(text, application.spec.destination.namespace);
      const located = await opened.sources.locate(application, object);
      if (!located.ok) throw new Error(located.error.message);
      const operation: Operation = { op: 'replace', path: fieldPath(field), value: set };
      const ask = async (into: number[]): Promise<void> => {
        const start = performance.now();
        await opened.sources.plan(located.value.location, { object, operations: [operation] });
        into.push(performance.now() - start);
      };
      const before = opened.sources.renders();
      await ask(times);
      counts.push(opened.sources.renders() - before);
      await ask(again);
    }
    renders.push(...counts);
    rows.push({
      name: `provenance, ${name}`,
      figures: {
        questions: counts.length,
        'renders, median': median(counts),
        'renders, most': Math.max(...counts),
        'ms, median': Math.round(median(times) * 10) / 10,
        'ms, most': Math.round(Math.max(...times)),
        'ms asked again, median': Math.round(median(again) * 10) / 10,
      },
    });
  }
  rows.push(await benchUmbrella());
  rows.push({ name: 'provenance, all fixtures', figures: { 'renders, median': median(renders) } });
  return rows;
}

const LEAVES = 300;

/** Files of an umbrella chart with 300 values, all of which its subcharts read; and a constant that none feeds. */
function umbrella(): Record<string, string> {
  const parts = Array.from({ length: 10 }, (_, i) => `part${i}`);
  const keys = Array.from({ length: LEAVES / parts.length }, (_, i) => `setting${i}`);
  const files: Record<string, string> = {
    'umbrella/Chart.yaml': `apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n${parts
      .map((part) => `  - {name: ${part}, version: 1.0.0}\n`)
      .join('')}`,
    'umbrella/values.yaml': '{}\n',
    'umbrella/prod.yaml': 'part3:\n  setting7: changed\n',
  };
  for (const part of parts) {
    const folder = `umbrella/charts/${part}`;
    const data = keys.map((key) => `  ${key}: {{ .Values.${key} | quote }}\n`).join('');
    files[`${folder}/Chart.yaml`] = `apiVersion: v2\nname: ${part}\nversion: 1.0.0\n`;
    files[`${folder}/values.yaml`] = keys.map((key, i) => `${key}: ${i % 3 === 0 ? i : `text-${i}`}\n`).join('');
    files[`${folder}/templates/config.yaml`] =
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${part}\ndata:\n  fixed: constant\n  loud: {{ .Values.setting5 | upper | quote }}\n${data}`;
  }
  return files;
}

/** The worst questions: a value that only rendering can find among all, and a constant that nothing feeds. */
async function benchUmbrella(): Promise<Row> {
  const name = 'umbrella of 300 values';
  using checkout = checkoutOf(umbrella());
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: checkout.directory });
  execFileSync('git', ['add', '-A'], { cwd: checkout.directory });
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com'];
  execFileSync('git', [...author, 'commit', '-q', '-m', 'umbrella'], { cwd: checkout.directory });
  const git = localGit({ [REPO]: checkout.directory });
  const source = { repoURL: REPO, path: 'umbrella', targetRevision: 'main', helm: { valueFiles: ['prod.yaml'] } };
  const metadata = { name: 'umbrella', namespace: 'argocd' };
  const application = Application.parse({
    metadata,
    spec: { project: 'default', source, destination: { namespace: 'shop' } },
  });
  const figures: Record<string, string | number> = { 'value leaves': LEAVES };
  for (const [what, field] of [
    ['equal text', 'data.setting7'],
    ['found by rendering', 'data.loud'],
    ['constant', 'data.fixed'],
  ] as const) {
    const sources = createSources({
      git,
      renderers: [createHelmRenderer({ binaries: tools() })],
      applications: indexApplications({
        cluster: 'bench',
        takenAt: '',
        objects: { ...noObjects(), Application: [application] },
        blind: [],
      }),
      log: quiet,
    });
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'part3' };
    const start = performance.now();
    const located = await sources.locate(application, object);
    if (!located.ok) throw new Error(located.error.message);
    await sources.origin(located.value.location, object, fieldPath(field));
    await sources.plan(located.value.location, {
      object,
      operations: [{ op: 'replace', path: fieldPath(field), value: 'other' }],
    });
    figures[`${what}, ms`] = Math.round(performance.now() - start);
    figures[`${what}, renders`] = sources.renders();
  }
  git.close();
  return { name: `provenance, ${name}`, figures };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
