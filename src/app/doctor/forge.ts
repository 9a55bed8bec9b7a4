import { readBranchRules } from '../../adapters/github/branch-rules.ts';
import { createClient } from '../../adapters/github/client.ts';
import { createGitHub } from '../../adapters/github/github.ts';
import { apiUrlOf, repositoryOf } from '../../adapters/github/repository-url.ts';
import type { Config } from '../../config/config.ts';
import type { RepositoryInfo } from '../../ports/forge.ts';
import type { Log } from '../../ports/log.ts';
import { githubAuth } from '../forges.ts';
import type { Secrets } from '../secrets.ts';
import { examineClock } from './clocks.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('forge');
const signing = linesOf('signing');
const checks = linesOf('checks');

/** The account behind the GITHUB_TOKEN of a workflow. */
const ACTIONS = 'github-actions[bot]';
const TIMEOUT = 10_000;

export interface ForgeScene {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly fetch: typeof fetch;
}

/** For each repository: whether pull requests can be opened, whether they could be merged, and whether checks run on them. */
export async function examineForges(
  scene: ForgeScene,
  repositories: readonly string[],
): Promise<readonly DoctorLine[]> {
  const { config, secrets } = scene;
  const { appId } = config.github;
  if (appId !== undefined && secrets.githubAppKey === undefined) {
    return [
      line.problem(
        'github.appId is configured without its key',
        'set REMENDO_GITHUB_APP_KEY to the private key of the App',
      ),
    ];
  }
  if (!githubAuth(config, secrets)) {
    const detail = 'there is no credential for a forge';
    const remedy = 'set REMENDO_GITHUB_TOKEN, or github.appId and REMENDO_GITHUB_APP_KEY';
    return [config.policy.mode === 'propose' ? line.problem(detail, remedy) : line.unknown(detail, undefined, remedy)];
  }
  const lines: DoctorLine[] = [];
  for (const url of repositories) lines.push(...(await examineOne(scene, url)));
  const host = config.github.host ?? 'github.com';
  return [...lines, await clock(scene, config.github.apiUrl ?? apiUrlOf(host.toLowerCase()))];
}

async function examineOne({ config, secrets, log, fetch }: ForgeScene, url: string): Promise<readonly DoctorLine[]> {
  const auth = githubAuth(config, secrets);
  const address = repositoryOf(url);
  const host = (config.github.host ?? 'github.com').toLowerCase();
  if (!auth || !address || address.host !== host) {
    const remedy = `pull requests are opened on ${host} only (github.host); failures there are reported without one`;
    return [line.unknown('no forge is configured for its host', url, remedy)];
  }
  const { owner, name } = address;
  const options = { repository: { owner, name }, baseUrl: config.github.apiUrl ?? apiUrlOf(host), auth, log, fetch };
  const info = await createGitHub(options).reader.repository();
  if (!info.ok) {
    const { code, message } = info.error;
    if (code === 'unreachable' || code === 'rate-limited') return [line.unknown(message, url)];
    const remedy = 'the token or App needs this repository, with Contents, Pull requests and Issues (write)';
    return [line.problem(message, remedy, url)];
  }
  const { archived, canPush, login, defaultBranch } = info.value;
  if (archived)
    return [line.problem('the repository is archived', 'nothing can be written there: remove its Applications', url)];
  if (!canPush) {
    return [
      line.problem(
        `${login} may not push branches`,
        'give it the role Write, or the App the permissions Contents and Pull requests',
        url,
      ),
    ];
  }
  const rules = await readBranchRules(createClient(options), defaultBranch);
  const demands = rules.ok
    ? signatures(info.value, rules.value.signatures, url)
    : signing.unknown(rules.error.message, url);
  return [
    line.ok(`${login} may open pull requests`, url),
    demands,
    willRun(login, rules.ok ? rules.value.requiredChecks : [], url),
  ];
}

/** GitHub signs what an App or a workflow commits through the API; what a personal token commits stays unsigned. */
function signatures({ login, defaultBranch }: RepositoryInfo, demanded: boolean, url: string): DoctorLine {
  const signed = login.endsWith('[bot]');
  if (signed) return signing.ok('GitHub signs the commits of this account', url);
  if (!demanded) return signing.ok(`${defaultBranch} does not ask for signatures, as far as ${login} may see`, url);
  return signing.problem(
    `${defaultBranch} asks for signed commits, and those of a personal token are not`,
    'use a GitHub App',
    url,
  );
}

/** docs.github.com, "Triggering a workflow from a workflow": events of the GITHUB_TOKEN start no workflows. */
function willRun(login: string, required: readonly string[], url: string): DoctorLine {
  if (login !== ACTIONS)
    return checks.ok(
      required.length === 0 ? 'checks run; none is required' : `checks run; required: ${required.join(', ')}`,
      url,
    );
  const remedy = 'use the token of a GitHub App (actions/create-github-app-token)';
  return checks.problem('no checks run on pull requests that the GITHUB_TOKEN of a workflow opens', remedy, url);
}

async function clock({ fetch }: ForgeScene, apiUrl: string): Promise<DoctorLine> {
  const asked = Date.now();
  try {
    const answer = await fetch(apiUrl, { method: 'HEAD', signal: AbortSignal.timeout(TIMEOUT) });
    return examineClock('forge', answer.headers.get('date'), asked, Date.now());
  } catch {
    return linesOf('clock').unknown(`${apiUrl} does not answer`, 'forge');
  }
}
