import type { Operation } from '../domain/change.ts';
import type { Fix } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Forge, ForgeError, RepositoryInfo } from '../ports/forge.ts';
import type { Ledger, OwnPullRequest } from '../stages/deliver/ledger.ts';
import { labelledEnd, ofIncident, readLedger } from '../stages/deliver/ledger.ts';
import { BRANCH_PREFIX } from '../stages/deliver/naming.ts';
import { changeKey } from '../stages/prove/checks/history.ts';
import type { ForgeKnowledge } from './scene.ts';

/** What one pass knows of one repository's forge; read once, kept up to date as the pass writes. */
export interface ForgeMemory {
  readonly repoURL: string;
  readonly forge: Forge;
  readonly repository: RepositoryInfo;
  ledger: Ledger;
  readonly openFiles: ForgeKnowledge['openFiles'];
}

/** Reads the memory. An error means that nothing may be decided for this repository: unknown is not resolved. */
export async function remember(repoURL: string, forge: Forge): Promise<Result<ForgeMemory, ForgeError>> {
  const repository = await forge.reader.repository();
  if (!repository.ok) return repository;
  const ledger = await readLedger(forge.reader);
  if (!ledger.ok) return ledger;
  const openFiles = await forge.reader.openFiles(BRANCH_PREFIX);
  return ok({
    repoURL,
    forge,
    repository: repository.value,
    ledger: ledger.value,
    openFiles: openFiles.ok ? openFiles.value : undefined,
  });
}

const FAILED_ENDS = new Set(['not-fixed', 'made-worse', 'rejected']);

/**
 * Changes that must not be proposed for an incident (again): those that were tried or rejected, and the way back from a
 * merged one, whose old value was there when the failure was.
 */
export function refutedChanges(ledger: Ledger, fingerprint: string): ReadonlySet<string> {
  const failed = ofIncident(ledger, fingerprint).filter(({ pull }) => {
    const end = labelledEnd(pull);
    return end === undefined ? pull.state === 'closed' : FAILED_ENDS.has(end);
  });
  const merged = ofIncident(ledger, fingerprint).filter(({ pull }) => pull.state === 'merged');
  return new Set([
    ...failed.flatMap(({ state }) => (state ? [changeKey(state)] : [])),
    ...merged.flatMap(({ state }) => (state ? [changeKey(wayBack(state))] : [])),
  ]);
}

/** The change that would undo another: each value that was tested before it was replaced. */
function wayBack({ changes }: Pick<Fix, 'changes'>): Pick<Fix, 'changes'> {
  return {
    changes: changes.map(({ object, operations }) => ({
      object,
      operations: operations.flatMap((operation): Operation[] =>
        operation.op === 'test' ? [{ op: 'replace', path: operation.path, value: operation.value }] : [],
      ),
    })),
  };
}

/** Puts a pull request that was just opened in front. */
export function noteOpened(memory: ForgeMemory, own: OwnPullRequest): void {
  memory.ledger = [own, ...memory.ledger];
}
