import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatRef } from '../../../src/domain/object-ref.ts';
import { headline, incidentsOf, loadSnapshot } from '../../support/detection.ts';

const WORLD = join(import.meta.dirname, '../../../fixtures/worlds/orders');

describe('the orders world, dumped from a real cluster', () => {
  it('reports exactly one incident for each root while it is broken', async () => {
    const incidents = incidentsOf(await loadSnapshot(join(WORLD, 'broken/cluster')));
    assert.deepEqual(incidents.map(headline).sort(), [
      'CronJob orders/nightly crash/exit-error nightly',
      'Deployment billing/billing config/key-missing billing ConfigMap/billing-settings:mode',
      'Deployment edge/edge-gateway replicas/service-account ServiceAccount/edge-gateway',
      'Deployment orders/cache scheduling/node-selector kubernetes.io/os=linx',
      'Deployment orders/front probe/liveness front',
      'Deployment orders/importer replicas/limit-range limits.memory:max',
      'Deployment orders/mailer config/key-missing mailer Secret/mailer:SMTP_PASWORD',
      'Deployment orders/orders-api memory/oom-killed migrate',
      'Deployment orders/pricing crash/exit-error pricing',
      'Service orders/front service/no-such-port http',
      'StatefulSet orders/orders-db config/run-as-non-root db',
    ]);
  });

  it('says where older pods still serve', async () => {
    const incidents = incidentsOf(await loadSnapshot(join(WORLD, 'broken/cluster')));
    const serving = incidents.filter(({ stillServing }) => stillServing).map(({ object }) => formatRef(object));
    assert.deepEqual(serving.sort(), [
      'Deployment billing/billing',
      'Deployment edge/edge-gateway',
      'Deployment orders/cache',
      'Deployment orders/mailer',
      'Deployment orders/orders-api',
      'Deployment orders/pricing',
    ]);
  });

  it('puts the stalled rollouts under what stalls them', async () => {
    const incidents = incidentsOf(await loadSnapshot(join(WORLD, 'broken/cluster')));
    const explained = incidents.flatMap(({ explains }) => explains).filter(({ cause }) => cause === 'rollout/stalled');
    assert.equal(explained.length, 7);
  });

  it('reports only the CronJob while it is healthy', async () => {
    const incidents = incidentsOf(await loadSnapshot(join(WORLD, 'healthy/cluster')));
    assert.deepEqual(incidents.map(headline), ['CronJob orders/nightly crash/exit-error nightly']);
  });
});
