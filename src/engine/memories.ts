import PQueue from 'p-queue';
import type { ForgeMemory } from './forge-memory.ts';
import { remember } from './forge-memory.ts';
import { createForgeGuard } from './forge-guard.ts';
import type { EnginePorts } from './ports.ts';
import { REPOSITORIES_AT_ONCE } from './reconcile-all.ts';
import { tellForgeError } from './tell-error.ts';

/** By sameRepositoryKey: Applications write the same address in different ways. */
export type Memories = ReadonlyMap<string, ForgeMemory | { readonly unreadable: string }>;

/** Reads what the forges of all repositories remember, several at a time; in the repositories' order. */
export async function readMemories(ports: EnginePorts, repositories: ReadonlyMap<string, string>): Promise<Memories> {
  const guard = createForgeGuard(ports);
  const read = async (repoURL: string): Promise<ForgeMemory | { readonly unreadable: string } | undefined> => {
    const forge = ports.forgeOf(repoURL);
    if (!forge) return undefined;
    const rights = forge.capabilities.remedies.rights;
    const refused = guard.refused(repoURL);
    if (refused) return { unreadable: tellForgeError(refused, rights) };
    const memory = await remember(repoURL, guard.guarded(repoURL, forge));
    if (memory.ok) return memory.value;
    const { code, retryAfter } = memory.error;
    const reason = tellForgeError(memory.error, rights);
    ports.log.warn(
      { repoURL, code, reason, ...(retryAfter === undefined ? {} : { retryAfter }) },
      'the forge could not be read',
    );
    return { unreadable: reason };
  };
  const queue = new PQueue({ concurrency: REPOSITORIES_AT_ONCE });
  const found = await queue.addAll(
    [...repositories].map(
      ([key, repoURL]) =>
        async () =>
          [key, await read(repoURL)] as const,
    ),
  );
  return new Map(found.flatMap(([key, memory]) => (memory === undefined ? [] : [[key, memory] as const])));
}
