import { describe } from 'node:test';
import { CAPABILITIES } from '../../../src/adapters/gitea/gitea.ts';
import { forgeContract } from '../../support/forge-contract/contract.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { startGiteaWorld } from './world.ts';

const { gitea, ca } = attachCluster();

// Each test has a repository of its own, and mostly waits for the server.
describe('a forge', { concurrency: 4 }, () => {
  forgeContract(CAPABILITIES, (t) => startGiteaWorld(t, { ...gitea, ca }));
});
