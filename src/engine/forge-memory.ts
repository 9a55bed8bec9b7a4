import type { Operation } from '../domain/change.ts';
import type { Fix } from '../domain/proposal.ts';
import type { Location } from '../domain/source.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Forge, ForgeError, RepositoryInfo } from '../ports/forge.ts';
import type { Ledger, OwnPullRequest, RevertPullRequest } from '../stages/deliver/ledger.ts';
import { endOf, ofIncident, readLedger, wantsRetry } from '../stages/deliver/ledger.ts';
import { BRANCH_PREFIX } from '../stages/deliver/naming.ts';
import type { Said } from '../stages/deliver/sticky.ts';
import { isReferenceOnly, sameRepositoryKey, sourcesOf } from '../stages/locate/spec.ts';
import { changeKey } from '../stages/prove/checks/history.ts';

/** Open pull requests of others with the files they touch; undefined where nobody could be asked. */
export type OpenFiles =
  readonly { readonly number: number; readonly url: string; readonly files: readonly string[] }[] | undefined;

/** What one pass knows of one repository's forge; read once, kept up to date as the pass writes. */
export interface ForgeMemory {
  readonly repoURL: string;
  readonly forge: Forge;
  readonly repository: RepositoryInfo;
  ledger: Ledger;
  /** Pull requests that put merged ones back, newest first. */
  reverts: readonly RevertPullRequest[];
  readonly openFiles: OpenFiles;
  /** What the comments say, by pull request, as far as they were read in this pass. */
  readonly said: Map<number, Said>;
}

/** A repository's memory, that no forge is configured for it, or that its forge could not be read. */
export type Remembered = ForgeMemory | 'none' | { readonly unreadable: string };

/** Reads the memory. An error means that nothing may be decided for this repository: unknown is not resolved. */
export async function remember(repoURL: string, forge: Forge): Promise<Result<ForgeMemory, ForgeError>> {
  const repository = await forge.reader.repository();
  if (!repository.ok) return repository;
  const ledger = await readLedger(forge.reader, repository.value.login);
  if (!ledger.ok) return ledger;
  const openFiles = await forge.reader.openFiles(BRANCH_PREFIX);
  return ok({
    repoURL,
    forge,
    repository: repository.value,
    ledger: ledger.value.fixes,
    reverts: ledger.value.reverts,
    openFiles: openFiles.ok ? openFiles.value : undefined,
    said: new Map(),
  });
}

/**
 * The repositories that a fix of this place could be written to: its own first, then the other Git sources of its
 * Application (values may lie in another repository than the chart).
 */
export function repositoriesFor(location: Location): readonly string[] {
  const sources = sourcesOf(location.spec);
  const others = sources.ok ? sources.value.filter(({ chart }) => chart === undefined) : [];
  const all = [location.repoURL, ...others.map(({ repoURL }) => repoURL)];
  const keys = all.map(sameRepositoryKey);
  return all.filter((_, i) => keys.indexOf(keys[i] ?? '') === i);
}

/** Branch, tag or commit that the Application follows in a repository: the source that renders the object first. */
export function followedIn(location: Location, repoURL: string): string {
  const key = sameRepositoryKey(repoURL);
  if (sameRepositoryKey(location.repoURL) === key) return location.targetRevision;
  const sources = sourcesOf(location.spec);
  const found = sources.ok ? sources.value.filter((source) => sameRepositoryKey(source.repoURL) === key) : [];
  const source = found.find((candidate) => isReferenceOnly(candidate)) ?? found[0];
  return source?.targetRevision ? source.targetRevision : 'HEAD';
}

const FAILED_ENDS = new Set(['not-fixed', 'made-worse', 'rejected']);

/**
 * Changes (see changeKey) that must not be proposed for an incident (again): those that were tried or rejected, and the
 * way back from a merged one, whose old value was there when the failure was. People can ask for a retry.
 */
export function refutedChanges(ledgers: readonly Ledger[], fingerprint: string): ReadonlySet<string> {
  const past = ledgers.flatMap((ledger) => ofIncident(ledger, fingerprint)).filter(({ pull }) => !wantsRetry(pull));
  return new Set(
    past.flatMap((own) => {
      const { pull, state } = own;
      if (!state || pull.state === 'open') return [];
      const end = endOf(own);
      const ended = end === undefined ? pull.state === 'closed' : FAILED_ENDS.has(end);
      // What people had put back is not to come again, however it did.
      const failed = ended || own.reverted === true;
      const merged = pull.state === 'merged';
      return [...(failed ? [changeKey(state)] : []), ...(merged ? [changeKey(wayBack(state))] : [])];
    }),
  );
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

/** The revert of an incident's fix that is open, or merged and not applied yet. */
export function revertUnderWay({ reverts }: ForgeMemory, fingerprint: string): RevertPullRequest | undefined {
  return reverts.find(
    (revert) =>
      revert.fingerprint === fingerprint &&
      revert.state &&
      revert.pull.state !== 'closed' &&
      endOf(revert) === undefined,
  );
}

/** Puts a pull request that was just opened in front. */
export function noteOpened(memory: ForgeMemory, own: OwnPullRequest): void {
  memory.ledger = [own, ...memory.ledger];
}
