import { err, ok } from '../../domain/result.ts';
import type { BranchRules, ForgeCommit, ForgeResult } from '../../ports/forge.ts';
import { orAbsent } from '../forge/branch.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { BranchAnswer, CommitAnswer, ProtectionAnswer, RepositoryAnswer } from './schema.ts';

/** What commits are asked for without: lines, files and signatures cost the server much. */
export const BRIEF = { stat: 'false', files: 'false', verification: 'false' } as const;

/** SHA of a branch; undefined where there is none. */
export async function readBranch(client: Client, name: string): ForgeResult<string | undefined> {
  const answer = await findBranch(client, name);
  return answer.ok ? ok(answer.value?.commit.id) : answer;
}

/** Whether a branch may be called that (git check-ref-format): `.` and `..` would lead to another address. */
function isBranchName(name: string): boolean {
  return !name.split('/').some((part) => part === '' || part.startsWith('.'));
}

async function findBranch(client: Client, name: string): ForgeResult<BranchAnswer | undefined> {
  if (!isBranchName(name)) return ok(undefined);
  const request = { method: 'GET', path: below(client.repo, 'branches', name) } as const;
  const answer = await client.call(`read branch ${name}`, BranchAnswer, request);
  return orAbsent(answer, () => readRepository(client));
}

/** The repository itself. Error `not-found` also where the token may not see it. */
export function readRepository(client: Client): ForgeResult<RepositoryAnswer> {
  return client.call('read the repository', RepositoryAnswer, { method: 'GET', path: client.repo });
}

/** Error `not-found` where the repository has no such commit. */
export function readCommit(client: Client, sha: string): ForgeResult<CommitAnswer> {
  const request = { method: 'GET', path: below(client.repo, 'git', 'commits', sha), query: BRIEF } as const;
  return client.call(`read commit ${sha.slice(0, 7)}`, CommitAnswer, request);
}

/** Gitea's commit in the port's words. */
export function toForgeCommit({ sha, commit }: CommitAnswer): ForgeCommit {
  return { sha, authorEmail: commit.author.email, committerEmail: commit.committer.email, message: commit.message };
}

/** Who is not an administrator of the repository sees that a branch is protected, and not whether it wants signatures. */
export async function readBranchRules(client: Client, name: string): ForgeResult<BranchRules> {
  if (!isBranchName(name)) return err({ code: 'not-found', message: `there is no branch ${name}` });
  const request = { method: 'GET', path: below(client.repo, 'branches', name) } as const;
  const branch = await client.call(`read branch ${name}`, BranchAnswer, request);
  if (!branch.ok) return branch;
  const { protected: isProtected, enable_status_check: checked, status_check_contexts: contexts } = branch.value;
  const requiredChecks = checked ? (contexts ?? []) : [];
  const rule = branch.value.effective_branch_protection_name;
  if (!isProtected) return ok({ signatures: false, requiredChecks });
  if (rule === '') return ok({ signatures: undefined, requiredChecks });
  const path = below(client.repo, 'branch_protections', rule);
  const answer = await client.call(`read the rule ${rule}`, ProtectionAnswer, { method: 'GET', path });
  return ok({ signatures: answer.ok ? answer.value.require_signed_commits : undefined, requiredChecks });
}
