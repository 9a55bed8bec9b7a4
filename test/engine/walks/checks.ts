import { runGit } from '../../../src/sandbox/github/git.ts';
import { fingerprintOfBranch, revertOfBranch } from '../../../src/stages/deliver/naming.ts';
import type { PullView } from '../../../src/sandbox/github/api.ts';
import { parseState } from '../../../src/stages/deliver/state-block.ts';
import { NAME, OWNER } from '../../support/shop.ts';
import type { Ground } from './ground.ts';
import { CONFIG } from './ground.ts';
import type { Deeds, People } from './people.ts';
import type { Claim, Watch } from './watch.ts';

/** What a walk knows while it goes on. */
export interface Walk {
  readonly ground: Ground;
  readonly people: People;
  readonly deeds: Deeds;
  readonly watch: Watch;
  /** The cluster's time of the last pass in which a Deployment did not run, by its name. */
  readonly down: Map<string, number>;
  /** The cluster's time at which Remendo's clock was turned last. */
  turned: number;
  /** A process was stopped while two of them commented at the same moment: nobody takes the second comment away. */
  twoComments: boolean;
  /** What the passes decided, for the message of a walk that failed. */
  readonly story: string[];
}

/** Milliseconds that a failure must stay away. */
const SOAK = (CONFIG.verify?.soak ?? 0) * 1000;
/** The self-test of the read-only policy tries to write what changes nothing, and must be denied. */
const SELF_TEST = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';

/** What must hold after every step. */
export async function checkStep(it: Walk): Promise<void> {
  const { ground, deeds, watch } = it;
  const pulls = await ground.github.pulls(OWNER, NAME);
  const own = pulls.filter(({ author }) => author === ground.github.bot.login);
  const fixes = own.filter(({ state, head }) => state === 'open' && !revertOfBranch(head.ref));
  const seen = new Map<string, number>();
  for (const { head, number } of fixes) {
    const fingerprint = fingerprintOfBranch(head.ref) ?? '';
    const other = seen.get(fingerprint);
    if (other !== undefined) watch.wrongs.push(`#${other} and #${number} are open for one cause`);
    seen.set(fingerprint, number);
  }
  const counted = fixes.filter(({ number }) => !deeds.reopened.has(number));
  if (counted.length > Number(CONFIG.limits?.openPullRequests)) watch.wrongs.push(`${counted.length} are open`);
  for (const { number, comments } of own) {
    const sticky = comments.filter(({ author }) => author === ground.github.bot.login);
    if (sticky.length > 1 && !it.twoComments) watch.wrongs.push(`#${number} has ${sticky.length} comments of Remendo`);
  }
  for (const line of ground.cluster.requests) {
    const [method = '', path = ''] = line.split(' ');
    if (method === 'GET' || /[?&]dryRun=All/.test(path) || path === SELF_TEST) continue;
    watch.wrongs.push(`Remendo writes to the cluster: ${line}`);
  }
  for (const claim of watch.claims.splice(0)) await checkClaim(it, claim, own);
}

/** A pull request may be called verified only where Argo CD has applied it, and its workload has run for long enough. */
async function checkClaim(it: Walk, claim: Claim, own: readonly PullView[]): Promise<void> {
  const { ground, watch, down, turned } = it;
  const [, number] = /\/issues\/(\d+)\/comments$/.exec(claim.path) ?? [];
  const [, comment] = /\/comments\/(\d+)$/.exec(claim.path) ?? [];
  const pull = own.find(
    (one) => one.number === Number(number) || one.comments.some(({ id }) => id === Number(comment)),
  );
  const name = parseState(pull?.body ?? '')?.object.name;
  if (!pull || name === undefined) return;
  const contains = async (revision: string | undefined): Promise<boolean> =>
    revision !== undefined &&
    (
      await runGit(ground.github.repositoryPath(OWNER, NAME), [
        'merge-base',
        '--is-ancestor',
        pull.mergeCommitSha ?? '',
        revision,
      ])
    ).code === 0;
  const applied = [];
  for (const { revision, synced } of claim.applications) applied.push(synced.has(name) && (await contains(revision)));
  if (!applied.includes(true)) watch.wrongs.push(`#${pull.number} is called verified and is not applied`);
  if (!claim.running.has(name)) watch.wrongs.push(`#${pull.number} is called verified and ${name} does not run`);
  const since = Math.max(down.get(name) ?? 0, turned);
  if (claim.at - since < SOAK) watch.wrongs.push(`#${pull.number} is called verified after ${claim.at - since} ms`);
}

/** What must hold once everything has come to rest. */
export async function checkEnd({ ground, watch, deeds }: Walk): Promise<void> {
  const path = ground.github.repositoryPath(OWNER, NAME);
  for (const { number, author, state, head, base, body, labels } of await ground.github.pulls(OWNER, NAME)) {
    if (author !== ground.github.bot.login) continue;
    const own = parseState(body);
    if (state === 'open' && own) {
      const commits = (await runGit(path, ['rev-list', `${base.ref}..${head.ref}`])).stdout.toString().split('\n');
      if (commits.some((sha) => deeds.commits.has(sha))) continue;
      const changed = (await runGit(path, ['diff', '--name-only', `${base.ref}...${head.ref}`])).stdout.toString();
      const files = changed.split('\n').filter(Boolean).toSorted().join();
      const told = own.files
        .map((file) => file.path)
        .toSorted()
        .join();
      if (files !== told) watch.wrongs.push(`#${number} tells of ${told} and changes ${files}`);
      if (labels.some((label) => label.startsWith('remendo/') && label !== 'remendo/retry')) {
        watch.wrongs.push(`#${number} is open and has ${labels.join()}`);
      }
    }
    const ends = labels.filter((label) => /^remendo\/(?!retry|revert$)/.test(label));
    if (own && ends.length > 1) watch.wrongs.push(`#${number} has ended as ${ends.join()}`);
    if (
      own?.end !== undefined &&
      state !== 'open' &&
      !ends.includes(`remendo/${own.end}`) &&
      !labels.includes('remendo/retry')
    ) {
      watch.wrongs.push(`#${number} ended as ${own.end} and is labelled ${labels.join()}`);
    }
  }
}
