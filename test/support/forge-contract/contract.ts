import type { ForgeCapabilities } from '../../../src/ports/forge.ts';
import { commitContract } from './commits.ts';
import { conversationContract } from './conversation.ts';
import { pullRequestContract } from './pull-requests.ts';
import type { StartWorld } from './world.ts';

/**
 * What every forge must hold to be one (src/ports/forge.ts): defines its tests on worlds that `start` makes. `atomicMove`
 * is false for a forge that cannot move a branch only from where it was seen, in one step.
 */
export function forgeContract({ name }: ForgeCapabilities, start: StartWorld, { atomicMove = true } = {}): void {
  commitContract(name, atomicMove, start);
  pullRequestContract(name, start);
  conversationContract(name, start);
}
