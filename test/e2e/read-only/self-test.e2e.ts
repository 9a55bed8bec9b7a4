import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { proveReadOnly } from '../../../src/adapters/kubernetes/self-test.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { DRY_RUN_USER, install, policyIsActive, uninstall } from '../cluster/install.ts';

let cluster: Cluster;
before(async () => {
  cluster = attachCluster();
  for (const part of ['reader', 'policy', 'dry-run'] as const) await install(cluster, part);
  await policyIsActive(cluster);
});
after(async () => {
  for (const part of ['dry-run', 'policy'] as const) await uninstall(cluster, part);
});

test('the self-test knows which identity is held to dry-runs, on the real server and in the sandbox', async () => {
  const clock = createSystemClock();
  const proofOf = async (access: Parameters<typeof connect>[0]): Promise<unknown> => {
    const connection = await connect(access);
    assert.ok(connection.ok);
    const proof = await proveReadOnly(connection.value, clock);
    connection.value.close();
    return proof.proven || proof.reason;
  };
  const { env, kubeconfig } = { env: {}, kubeconfig: cluster.kubeconfig };
  assert.equal(await proofOf({ env, kubeconfig, as: DRY_RUN_USER }), true);
  assert.match(String(await proofOf({ env, kubeconfig })), /was not denied/);
  const nobody = 'system:serviceaccount:default:default';
  assert.match(String(await proofOf({ env, kubeconfig, as: nobody })), /cannot patch resource "configmaps"/);

  const sandboxClock = createSandboxClock();
  const sandbox = createClusterWorld({ clock: sandboxClock });
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-self-test-'));
  try {
    const file = join(directory, 'kubeconfig');
    writeFileSync(file, (await sandbox.listen()).kubeconfigText, { mode: 0o600 });
    assert.equal(await proofOf({ env, kubeconfig: file }), true);
    sandbox.faults.set({ policyMissing: true });
    assert.match(String(await proofOf({ env, kubeconfig: file })), /was not denied/);
  } finally {
    await sandbox.stop();
    sandboxClock.stop();
    rmSync(directory, { recursive: true });
  }
});
