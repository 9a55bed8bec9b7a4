import type { ChangeSet } from '../domain/change-set.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Proof } from '../domain/proof.ts';
import type { Fix } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import { sha256 } from '../domain/fingerprint.ts';
import { locate } from '../engine/locate.ts';
import { editAndProve } from '../engine/mend.ts';
import { observe } from '../engine/observe.ts';
import { pastIncident } from '../engine/past-incident.ts';
import { planRevert } from '../engine/plan-revert.ts';
import type { EnginePorts } from '../engine/ports.ts';
import type { Scene } from '../engine/scene.ts';
import type { Forge, ForgeError, PullRequest } from '../ports/forge.ts';
import { BRANCH_PREFIX } from '../stages/deliver/naming.ts';
import type { PullRequestState, RevertState } from '../stages/deliver/state-block.ts';
import { parseRevert, parseState } from '../stages/deliver/state-block.ts';

/** A pull request as its web address names it. */
export interface PullRequestAddress {
  readonly repoURL: string;
  readonly number: number;
}

/** Reads `https://HOST/OWNER/NAME/pull/NUMBER`. Error code: `bad-pull-request`. */
export function parsePullRequestUrl(text: string): Result<PullRequestAddress, Problem> {
  const match = /^(https?:\/\/[^/]+\/[^/]+\/[^/]+)\/pulls?\/(\d+)\/?$/.exec(text);
  const [, repoURL, number] = match ?? [];
  if (repoURL !== undefined && number !== undefined) return ok({ repoURL, number: Number(number) });
  const hint = 'copy the web address of the pull request: https://HOST/OWNER/NAME/pull/NUMBER';
  return err(problem('bad-pull-request', `cannot read the pull request: ${text}`, { hint }));
}

/**
 * Proves the fix of a pull request again, on the cluster and the repository as they are now. Error codes: `no-forge`,
 * `pull-request-unreadable`, `not-remendos`, those of observing, locating and planning.
 */
export async function proveAgain(
  ports: EnginePorts,
  { repoURL, number }: PullRequestAddress,
): Promise<Result<Proof, Problem>> {
  const forge = ports.forgeOf(repoURL);
  if (!forge)
    return err(
      problem('no-forge', `no credential for ${repoURL}`, {
        hint: 'set REMENDO_GITHUB_TOKEN, or a GitHub App, or gitea.host and REMENDO_GITEA_TOKEN',
      }),
    );
  const pull = await forge.reader.pullRequest(number);
  if (!pull.ok) return err(unreadable(pull.error));
  const revert = parseRevert(pull.value.body);
  if (revert) return proveRevertAgain(ports, forge, pull.value, revert);
  const state = parseState(pull.value.body);
  if (!state) return err(problem('not-remendos', `pull request #${number} does not hold Remendo's hidden block`));
  const observed = await observe(ports);
  if (!observed.ok) return observed;
  const { snapshot, incidents } = observed.value;
  const incident = incidents.find(({ fingerprint }) => fingerprint === state.fingerprint) ?? pastIncident(state);
  const sources = ports.sourcesOf(snapshot);
  const scene: Scene = { snapshot, sources, proposers: [], memoryOf: () => 'none', edits: new Map() };
  const located = await locate(incident, scene);
  if (!located.ok) return located;
  const openFiles = await forge.reader.openFiles(BRANCH_PREFIX);
  const others = openFiles.ok ? openFiles.value : undefined;
  const knowledge = { refuted: new Set<string>(), openFilesOf: () => others };
  const { changeSet, proof } = await editAndProve(
    ports,
    incident,
    scene,
    located.value.location,
    fixOf(state),
    knowledge,
  );
  if (changeSet && !changeSet.ok) return changeSet;
  if (proof && changeSet && makes(changeSet.value, state)) return ok(proof);
  return outdated(number, 'the base has moved on since: the next pass of Remendo brings the pull request up to date');
}

/** The same for a pull request that puts another one back. Error codes as well those of RevertRefusal. */
async function proveRevertAgain(
  ports: EnginePorts,
  { reader }: Forge,
  pull: PullRequest,
  revert: RevertState,
): Promise<Result<Proof, Problem>> {
  const merged = await reader.pullRequest(revert.of);
  if (!merged.ok) return err(unreadable(merged.error));
  const state = parseState(merged.value.body);
  if (!state) return err(problem('not-remendos', `pull request #${revert.of} does not hold Remendo's hidden block`));
  const observed = await observe(ports);
  if (!observed.ok) return observed;
  const { snapshot, incidents } = observed.value;
  const openFiles = await reader.openFiles(BRANCH_PREFIX);
  const own = { pull: merged.value, fingerprint: state.fingerprint, state };
  const scene = { snapshot, incidents, sources: ports.sourcesOf(snapshot) };
  const plan = await planRevert(ports, { openFiles: openFiles.ok ? openFiles.value : undefined }, own, scene);
  if (plan.kind === 'failed') return err(problem('revert-failed', plan.reason));
  if (plan.kind === 'refused') return plan.proof ? ok(plan.proof) : err(problem(plan.code, plan.reason));
  return makes(plan.changeSet, revert) ? ok(plan.proof) : outdated(pull.number, 'the base has moved on since');
}

function unreadable({ code, message, hint }: ForgeError): Problem {
  return problem('pull-request-unreadable', `${message} (${code})`, hint === undefined ? {} : { hint });
}

/** Whether an edit makes the files that a pull request remembers. */
function makes({ files }: ChangeSet, remembered: Pick<PullRequestState, 'files'>): boolean {
  return files.every(({ path, after }) =>
    remembered.files.some((file) => file.path === path && file.after === sha256(after)),
  );
}

function outdated(number: number, hint: string): Result<Proof, Problem> {
  const message = `the edit on the present head is not the one of pull request #${number}`;
  return err(problem('pull-request-outdated', message, { hint }));
}

function fixOf({ origin, name, rationale, changes, evidence }: PullRequestState): Fix {
  return { kind: 'fix', origin, name, rationale, changes, evidence };
}
