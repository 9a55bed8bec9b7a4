import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliver } from '../../../src/stages/deliver/deliver.ts';
import { forgeOn, mainOf } from '../../adapters/github/client.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { BRANCH, delivery, end, ledgerOf, portsOn, run } from './world.ts';

// A pass takes long: what it read of the forge when it began may be old when it has a fix.
for (const [happened, outcome] of [
  ['opened', 'already-open'],
  ['merged', 'verifying'],
  ['merged and verified', 'verifying'],
  ['closed', 'rejected-before'],
] as const) {
  void test(`a pull request that another installation ${happened} since the pass began keeps this one from opening`, async (t) => {
    const { sandbox, forge } = await world(t);
    const [ports, base, ledger] = [await portsOn(forge), await mainOf(forge), await ledgerOf(await portsOn(forge))];
    await run(forge);
    if (happened.startsWith('merged')) {
      await sandbox.merge('acme', 'shop', 1);
      await forge.writer.deleteBranch(BRANCH);
    }
    if (happened === 'merged and verified') await end(forge, 1, 'verified');
    if (happened === 'closed') await sandbox.closePull('acme', 'shop', 1);
    const late = await deliver(ports, delivery(base), ledger);
    assert.deepEqual([late.outcome, late.pull?.number], [outcome, 1], late.reason);
    assert.equal((await sandbox.pulls('acme', 'shop')).length, 1);
  });
}

for (const [happened, outcome] of [
  ['merged', 'verifying'],
  ['closed', 'rejected-before'],
] as const) {
  void test(`a pull request that people ${happened} since the pass began is not brought up to date any more`, async (t) => {
    const { sandbox, forge } = await world(t);
    await run(forge);
    const [ports, base] = [await portsOn(forge), await mainOf(forge)];
    const ledger = await ledgerOf(ports);
    if (happened === 'merged') await sandbox.merge('acme', 'shop', 1);
    else await sandbox.closePull('acme', 'shop', 1);
    const [before] = await sandbox.pulls('acme', 'shop');
    const late = await deliver(ports, delivery(base, {}, 'another: fix\n'), ledger);
    assert.deepEqual([late.outcome, late.pull?.number], [outcome, 1], late.reason);
    const [after] = await sandbox.pulls('acme', 'shop');
    assert.deepEqual([after?.head.sha, after?.body], [before?.head.sha, before?.body]);
    assert.equal(await forge.reader.branch(BRANCH).then((tip) => tip.ok && tip.value), before?.head.sha);
  });
}

async function world(t: Parameters<typeof startGitHub>[0]) {
  const github = await startGitHub(t);
  return { sandbox: github.sandbox, forge: forgeOn(github) };
}
