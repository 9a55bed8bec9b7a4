import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { tools } from '../support/tools.ts';

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'remendo');
const Named = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});
const EVERYTHING = {
  'dryRun.enabled': true,
  'networkPolicy.enabled': true,
  'podDisruptionBudget.enabled': true,
  'metrics.serviceMonitor.enabled': true,
  'metrics.dashboard.enabled': true,
  'credentials.githubToken': 'token',
};

/** `Kind namespace/name` of every object of a release, with all that can be switched on. */
function objects(namespace: string, release: string): string[] {
  const set = Object.entries(EVERYTHING).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const args = ['template', release, CHART, '--namespace', namespace, '--kube-version', '1.34.0', ...set];
  return parseAllDocuments(execFileSync(tools().helm, args, { encoding: 'utf8' })).map((document) => {
    const { kind, metadata } = Named.parse(document.toJS());
    return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  });
}

test('no object of one installation is an object of another', () => {
  const releases = [
    ['remendo', 'remendo'],
    ['tools', 'remendo'],
    ['tools', 'second'],
    ['second', 'second'],
  ] as const;
  const all = releases.flatMap(([namespace, name]) => objects(namespace, name));
  assert.ok(all.length > 4 * 12, all.join('\n'));
  assert.deepEqual(
    all.filter((one, index) => all.indexOf(one) !== index),
    [],
  );
});
