import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { z } from 'zod';
import { tools } from '../test/support/tools.ts';
import { configSchema } from './generated/schemas.ts';

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

const Values = z.looseObject({ properties: z.looseObject({}) });

/** The chart's schema of values, with the schema of the configuration inside. */
export function valuesSchema(): string {
  const schema = Values.parse(JSON.parse(readFileSync(`${root}${CHART}/values.schema.json`, 'utf8')));
  const { $schema: _version, ...config } = configSchema();
  return `${JSON.stringify({ ...schema, properties: { ...schema.properties, config } }, null, 2)}\n`;
}

/** Every file that is made from the chart, by path. */
export function renderedFiles(): ReadonlyMap<string, string> {
  return new Map([
    [`${CHART}/values.schema.json`, valuesSchema()],
    ['deploy/remendo.yaml', renderManifests()],
    ['deploy/dry-run/remendo.yaml', renderManifests('dryRun.enabled=true')],
  ]);
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  for (const [path, text] of renderedFiles()) writeFileSync(root + path, text);
}
