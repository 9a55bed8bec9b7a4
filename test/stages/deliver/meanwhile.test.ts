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

async function world(t: Parameters<typeof startGitHub>[0]) {
  const github = await startGitHub(t);
  return { sandbox: github.sandbox, forge: forgeOn(github) };
}
