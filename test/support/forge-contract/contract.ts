import type { ForgeCapabilities } from '../../../src/ports/forge.ts';
import { commitContract } from './commits.ts';
import { conversationContract } from './conversation.ts';
import { pullRequestContract } from './pull-requests.ts';
import type { StartWorld } from './world.ts';

/** What every forge must hold to be one (src/ports/forge.ts): defines its tests on worlds that `start` makes. */
export function forgeContract({ name, atomicMove }: ForgeCapabilities, start: StartWorld): void {
  commitContract(name, atomicMove, start);
  pullRequestContract(name, start);
  conversationContract(name, start);
}
