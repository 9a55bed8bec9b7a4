import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGitea } from '../../../src/adapters/gitea/gitea.ts';
import { code, createTestLog, value } from '../../adapters/github/client.ts';
import { run } from '../../stages/deliver/world.ts';
import { BRANCH, FILES, MANIFEST, mainOf } from '../../support/forge-contract/world.ts';
import { SCOPES } from '../../support/forge-contract/scopes.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { startGiteaWorld, tokenOf } from './world.ts';

const { gitea, ca } = attachCluster();
const server = { ...gitea, ca };

void test('the scopes that the documentation names are enough for all, and none can be left out', async (t) => {
  const world = await startGiteaWorld(t, server);
  const { owner, name, login } = world;
  const withScopes = async (scopes: readonly string[]) => world.asToken(await tokenOf(server, login, scopes));
  const whole = await withScopes(SCOPES);
  assert.equal((await run(whole)).outcome, 'opened');
  const [pull] = value(await whole.reader.pullRequests({ headPrefix: 'remendo/', state: 'open' }));
  assert.ok(pull);
  value(await whole.writer.stickyComment(pull.number, '<!-- m -->', 'x'));
  assert.deepEqual(value(await whole.reader.pullRequest(pull.number)).labels, ['remendo']);
  value(await whole.reader.branchRules('main'));
  value(await whole.writer.deleteBranch(pull.head.ref));

  const noUser = await withScopes(['write:repository', 'write:issue']);
  assert.equal(code(await noUser.reader.repository()), 'forbidden');
  const noIssue = await withScopes(['write:repository', 'read:user']);
  const comment = await noIssue.writer.stickyComment(pull.number, '<!-- m -->', 'y');
  assert.equal(code(comment), 'forbidden');
  assert.match(comment.ok ? '' : comment.error.message, /required scope/);
  const reads = await withScopes(['read:repository', 'read:issue', 'read:user']);
  const parent = await mainOf(reads);
  const refused = await reads.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES });
  assert.equal(code(refused), 'forbidden');
  assert.deepEqual(await world.checkout.branches(), ['main']);
  const wrong = createGitea({
    repository: { owner, name },
    apiUrl: `${server.url}/api/v1`,
    token: '0'.repeat(40),
    log: createTestLog(),
    throttle: false,
  });
  assert.equal(code(await wrong.reader.repository()), 'unauthorized');
});

void test('rules of a branch: what an administrator may know, and what others may', async (t) => {
  const world = await startGiteaWorld(t, server);
  const { forge, admin, owner, name } = world;
  assert.deepEqual(value(await forge.reader.branchRules('main')), { signatures: false, requiredChecks: [] });
  await admin('POST', `/repos/${owner}/${name}/branch_protections`, {
    rule_name: 'ma*',
    enable_status_check: true,
    status_check_contexts: ['ci/build'],
    require_signed_commits: true,
  });
  const requiredChecks = ['ci/build'];
  assert.deepEqual(value(await forge.reader.branchRules('main')), { signatures: undefined, requiredChecks });
  const trusting = await world.trusting();
  assert.deepEqual(value(await trusting.reader.branchRules('main')), { signatures: true, requiredChecks });
  assert.equal(value(await forge.reader.repository()).signing, 'unsigned', 'this server has no key');
});

void test('a rule against pushes to Remendo’s branches is told, and nothing is left behind', async (t) => {
  const world = await startGiteaWorld(t, server);
  const { forge, admin, owner, name, checkout } = world;
  const rule = { rule_name: 'remendo/*', enable_push: false };
  await admin('POST', `/repos/${owner}/${name}/branch_protections`, rule);
  const parent = await mainOf(forge);
  const made = await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES });
  assert.match(made.ok ? '' : made.error.message, /a rule forbids the branch/);
  assert.deepEqual(await checkout.branches(), ['main']);
});

void test('Remendo’s own delivery: opened, left as it is, brought up to date, left to people', async (t) => {
  const world = await startGiteaWorld(t, server);
  const { forge, checkout } = world;
  assert.equal((await run(forge)).outcome, 'opened');
  assert.equal((await run(forge)).outcome, 'already-open');
  const [pull] = value(await forge.reader.pullRequests({ headPrefix: 'remendo/', state: 'open' }));
  assert.ok(pull);
  await checkout.push({ branch: pull.head.ref, files: { [MANIFEST]: 'by: hand\n' }, message: 'I know better' });
  assert.equal((await run(forge)).outcome, 'human-edited');
});
