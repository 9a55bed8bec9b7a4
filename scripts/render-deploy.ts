import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { tools } from '../test/support/tools.ts';

const CHART = 'charts/remendo';
const root = fileURLToPath(new URL('../', import.meta.url));

/** What the chart's release would be called in the plain manifests. */
const NAME = 'remendo';

/** What helm takes for the cluster's version; its own guess depends on how it was built. */
const API = ['--kube-version', '1.34.0'];

/** Labels that speak of Helm, which plain manifests do not come from. */
const HELM = /^\s+(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm;

/** The chart's objects as plain manifests; `values` as `helm --set` takes them. */
export function renderManifests(...values: readonly string[]): string {
  const set = values.flatMap((value) => ['--set', value]);
  const text = execFileSync(tools().helm, ['template', NAME, CHART, '--namespace', NAME, ...API, ...set], {
    cwd: root,
    encoding: 'utf8',
  });
  return `# Made from ${CHART} by node scripts/render-deploy.ts.\n${text.replaceAll(HELM, '')}`;
}

/** Every file that is made from the chart, by path. */
export function renderedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['deploy/remendo.yaml', renderManifests()],
    ['deploy/dry-run/remendo.yaml', renderManifests('dryRun.enabled=true')],
  ]);
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  for (const [path, text] of renderedFiles()) writeFileSync(root + path, text);
}
