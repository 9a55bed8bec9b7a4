import type { Change } from '../../../domain/change.ts';
import type { ProposeContext } from '../proposer.ts';
import { backendFact } from './backend-facts.ts';
import { editedBy } from './edited.ts';
import { imageFact } from './image-facts.ts';
import { memoryFact } from './memory-facts.ts';
import { referenceFact } from './reference-facts.ts';
import { runtimeFact } from './runtime-facts.ts';
import { selectorFact } from './selector-facts.ts';
import { startFact } from './start-facts.ts';

/**
 * What is certain and speaks against a fix, in a sentence; undefined where nothing does. Rules and history hold their own fixes
 * against these facts; what was learned elsewhere, and what a model thinks, is held against the same ones here.
 */
export async function factAgainst(changes: readonly Change[], context: ProposeContext): Promise<string | undefined> {
  const edited = editedBy(changes, context);
  for (const fact of [memoryFact, startFact, imageFact, referenceFact, selectorFact, backendFact, runtimeFact]) {
    const found = await fact(edited, context);
    if (found !== undefined) return found;
  }
  return undefined;
}
