import { CAPABILITIES } from '../../../src/adapters/gitea/gitea.ts';
import { forgeContract } from '../../support/forge-contract/contract.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { startGiteaWorld } from './world.ts';

const { gitea, ca } = attachCluster();

forgeContract(CAPABILITIES, (t) => startGiteaWorld(t, { ...gitea, ca }));
