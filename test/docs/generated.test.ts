import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/load.ts';
import { completeConfig } from '../../src/config/config.ts';
import { DEFAULTS } from '../../scripts/generated/defaults.ts';
import { generatedFiles } from '../../scripts/generated/files.ts';
import { configSchema } from '../../scripts/generated/schemas.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('generated documents', () => {
  for (const { path, text } of generatedFiles()) {
    it(`${path} is current (npm run generate)`, () => assert.equal(read(path), text));
  }
});

/** Dotted paths of the keys below which there are no further ones, with their schemas. */
function leaves(schema: unknown, path: string): [string, object][] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (!('properties' in schema) || typeof schema.properties !== 'object' || schema.properties === null)
    return [[path, schema]];
  return Object.entries(schema.properties).flatMap(([key, child]) =>
    leaves(child, path === '' ? key : `${path}.${key}`),
  );
}

describe('docs/configuration.md', () => {
  const schema = configSchema();

  it('describes every key', () => {
    for (const [path, leaf] of leaves(schema, '')) assert.ok('description' in leaf, path);
  });

  it('knows the default of every key that has one', () => {
    const paths = new Set(leaves(schema, '').map(([path]) => path));
    for (const path of Object.keys(DEFAULTS)) assert.ok(paths.has(path), `${path} is no key`);
    const without = [...paths].filter((path) => !(path in DEFAULTS));
    assert.deepEqual(without, [
      'cluster.name',
      'cluster.kubeconfig',
      'cluster.context',
      'cluster.dryRunAs',
      'repositories',
      'github.apiUrl',
      'github.appId',
      'github.installationId',
      'gitea.host',
      'gitea.apiUrl',
      'argocd.server',
      'llm.baseUrl',
      'llm.model',
      'render.helm',
      'render.kustomize',
      'render.chartCache',
      'render.kubeVersion',
      'render.apiVersions',
      'run.listen',
      'run.leaderElection.namespace',
      'run.leaderElection.name',
    ]);
  });

  it('tells defaults that mean what leaving the key out means', () => {
    const nested: Record<string, unknown> = { llm: { model: 'any' } };
    for (const [path, value] of Object.entries(DEFAULTS)) {
      const [section = '', key] = path.split('.');
      const inside = nested[section];
      if (key === undefined) nested[section] = value;
      else nested[section] = { ...(typeof inside === 'object' ? inside : {}), [key]: value };
    }
    const written = parseConfig(JSON.stringify(nested), 'remendo.yaml');
    assert.ok(written.ok);
    const { github, ...rest } = completeConfig({ llm: { model: 'any' } });
    assert.deepEqual(written.value, { ...rest, github: { ...github, host: 'github.com' } });
  });
});

describe('examples in the documents', () => {
  it('the configuration of the README is one, for the parser and for the schema', () => {
    const blocks = [...read('README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
    assert.ok(blocks.length > 0);
    const check = addFormats.default(new Ajv()).compile(configSchema());
    for (const text of blocks) {
      assert.ok(parseConfig(text, 'README.md').ok);
      assert.ok(check(parse(text)), JSON.stringify(check.errors));
    }
  });

  it('the document of docs/output.md is as its schema says', () => {
    const [, text = ''] = /```json\n([\s\S]*?)```/.exec(read('docs/output.md')) ?? [];
    const check = new Ajv().compile(JSON.parse(read('docs/schema/scan.schema.json')));
    assert.ok(check(JSON.parse(text)), JSON.stringify(check.errors));
  });

  it('every outcome of an incident has a line in docs/output.md', () => {
    const [, union = ''] = /export type DecisionOutcome =([\s\S]*?);/.exec(read('src/domain/outcome.ts')) ?? [];
    const [, ends = ''] = /export type VerifyEnd =([\s\S]*?);\n\n/.exec(read('src/domain/outcome.ts')) ?? [];
    const names = [...`${union}${ends}`.matchAll(/(?:\| |end: )'([a-z-]+)'/g)].map(([, name = '']) => name);
    assert.ok(names.length > 20);
    const page = read('docs/output.md');
    for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
  });

  it('every dependency has its line in docs/dependencies.md, and nothing else has', () => {
    const manifest: unknown = JSON.parse(read('package.json'));
    const names = ['dependencies', 'devDependencies'].flatMap((key) =>
      Object.keys(Object(Reflect.get(Object(manifest), key))),
    );
    const lines = read('docs/dependencies.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const told = lines.flatMap((line) =>
      [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
    assert.deepEqual([...told].sort(), names.sort());
  });
});

describe('links between documents', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/operations.md',
    'docs/output.md',
    'docs/architecture.md',
    'docs/configuration.md',
  ];
  for (const page of pages) {
    it(`${page} links to files that are there`, () => {
      const targets = [...read(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
      for (const target of targets.filter((one) => !one.includes('://'))) {
        assert.ok(existsSync(new URL(target, new URL(page, ROOT))), target);
      }
    });
  }
});
