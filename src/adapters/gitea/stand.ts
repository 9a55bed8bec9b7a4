import { err, ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { readBranch } from './branch.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { BranchAnswer, Empty } from './schema.ts';

/** Branches that commits are made from. */
export interface Stand {
  /** Puts the stand of a branch at a commit; its name. */
  put(branch: string, commit: string): ForgeResult<string>;
  /** Takes it away. Where that fails it stays until the next commit to the branch. */
  take(name: string): Promise<void>;
}

/** A stand is named after its branch, so that a rule that lets Remendo push its branches holds for both. */
export function createStand(client: Client): Stand {
  const branches = below(client.repo, 'branches');
  const create = (name: string, commit: string) =>
    client.call(`create branch ${name}`, BranchAnswer, {
      method: 'POST',
      path: branches,
      body: { new_branch_name: name, old_ref_name: commit },
    });
  const remove = (name: string) =>
    client.call(`delete branch ${name}`, Empty, { method: 'DELETE', path: below(branches, name) });
  return {
    async put(branch, commit) {
      const name = `${branch}.parent`;
      const made = await create(name, commit);
      if (made.ok) return ok(name);
      if (made.error.code !== 'exists' && made.error.code !== 'unreachable') return made;
      const head = await readBranch(client, name);
      if (!head.ok) return head;
      if (head.value === commit) return ok(name);
      // Gitea 1.26 says nothing else where a rule for names of branches refuses this one.
      const why = made.error.message.endsWith('answered 500') ? ', as it does where a rule forbids the branch' : '';
      if (head.value === undefined) return err({ ...made.error, message: `${made.error.message}${why}` });
      // Left over from a try that was ended.
      const removed = await remove(name);
      if (!removed.ok) return removed;
      const again = await create(name, commit);
      return again.ok ? ok(name) : again;
    },
    async take(name) {
      const removed = await remove(name);
      if (!removed.ok) client.log.debug({ branch: name, error: removed.error }, 'the branch could not be deleted');
    },
  };
}
