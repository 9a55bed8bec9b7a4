import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { TraceOut } from '../../src/app/trace-contract.ts';
import { CASES } from '../support/cases.ts';
import { tools } from '../support/tools.ts';
import type { Ended } from './remendo.ts';
import { remendo, scratch } from './remendo.ts';

const MEMORY = 'spec.template.spec.containers[name=app].resources.limits.memory';
const URL = 'https://git.example.com/team/six-share-values.git';

function isValid(document: unknown): boolean {
  const file = new globalThis.URL('../../docs/schema/trace.schema.json', import.meta.url);
  return new Ajv().compile(JSON.parse(readFileSync(file, 'utf8')))(document);
}

describe('trace from the command line', () => {
  const folder = scratch();
  const repo = join(folder.path, 'repo');
  const { helm, kustomize } = tools();

  before(() => {
    const source = join(CASES, 'six-share-values');
    cpSync(join(source, 'repo'), repo, { recursive: true });
    writeFileSync(
      join(repo, 'chart', 'templates', 'secret.yaml'),
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  login: {{ .Values.login | default "plain-text-entry" }}\n',
    );
    // Nothing but the shared file can change the first Application: its manifest is not in the repository.
    execFileSync('rm', [join(repo, 'apps', 'a1.yaml')]);
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repo });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-q', '-m', 'all');
    cpSync(join(source, 'applications', 'a1.yaml'), join(folder.path, 'a1.yaml'));
    writeFileSync(join(folder.path, 'remendo.yaml'), `render:\n  helm: ${helm}\n  kustomize: ${kustomize}\n`);
    writeFileSync(join(folder.path, 'no-helm.yaml'), 'render:\n  helm: /nowhere/helm\n');
  });
  after(() => folder[Symbol.dispose]());

  const ask = (object: string, field: string, ...more: string[]): Promise<Ended> =>
    remendo(
      ['trace', object, '--app', 'a1.yaml', '--repo', `${URL}=${repo}`, '--field', field, '-o', 'json', ...more],
      {
        directory: folder.path,
      },
    );

  it('names every Application that the value feeds', async () => {
    const { status, out } = await ask('Deployment/a1', MEMORY);
    assert.equal(status, 0);
    const document: unknown = JSON.parse(out);
    assert.ok(isValid(document));
    const answer = TraceOut.parse(document);
    assert.ok('feeds' in answer);
    assert.equal(answer.origin?.file, 'values/shared.yaml');
    assert.deepEqual(
      answer.feeds.map(({ application }) => application).sort(),
      [2, 3, 4, 5, 6].map((i) => `argocd/a${i}`),
    );
  });

  it('refuses a change that moves others with 4, and makes it when that is allowed', async () => {
    const refused = await ask('Deployment/a1', MEMORY, '--set', '256Mi');
    assert.equal(refused.status, 4);
    const answer: unknown = JSON.parse(refused.out);
    assert.ok(isValid(answer));
    assert.match(refused.out, /argocd\/a2/);
    const allowed = await ask('Deployment/a1', MEMORY, '--set', '256Mi', '--allow-shared');
    assert.equal(allowed.status, 0, allowed.out);
    const proven = TraceOut.parse(JSON.parse(allowed.out));
    assert.ok('edit' in proven);
    assert.deepEqual(
      proven.edit?.files.map(({ path }) => path),
      ['values/shared.yaml'],
    );
    assert.match(allowed.out, /these change too, which is allowed: a2/);
  });

  it('writes into the clone, and not over what somebody is changing there', async () => {
    const file = join(repo, 'values', 'shared.yaml');
    const committed = readFileSync(file, 'utf8');
    writeFileSync(file, `${committed}# not committed yet\n`);
    const set = ['--set', '256Mi', '--allow-shared', '--write'];
    const refused = await ask('Deployment/a1', MEMORY, ...set);
    assert.equal(refused.status, 1);
    assert.match(refused.err, /file-changed/);
    assert.equal(readFileSync(file, 'utf8'), `${committed}# not committed yet\n`);
    writeFileSync(file, committed);
    assert.equal((await ask('Deployment/a1', MEMORY, ...set)).status, 0);
    assert.match(readFileSync(file, 'utf8'), /256Mi/);
    writeFileSync(file, committed);
  });

  it('prints no entry of a Secret', async () => {
    const { status, out, err } = await ask(
      'Secret/s',
      'stringData.login',
      '--set',
      'another-entry-here',
      '--allow-shared',
    );
    assert.equal(status, 0, out);
    for (const text of ['plain-text-entry', 'another-entry-here']) assert.equal((out + err).includes(text), false, out);
  });

  it('ends with 1 where a program is missing', async () => {
    const { status, err } = await ask('Deployment/a1', MEMORY, '--config', 'no-helm.yaml');
    assert.equal(status, 1);
    assert.match(err, /binary-missing/);
  });
});
