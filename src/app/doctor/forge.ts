import type { Config } from '../../config/config.ts';
import type { BranchRules, Forge, ForgeResult, RepositoryInfo } from '../../ports/forge.ts';
import type { Log } from '../../ports/log.ts';
import type { CredentialTrouble } from '../credential-troubles.ts';
import type { ForgeSite } from '../forges.ts';
import { forgeSites } from '../forges.ts';
import type { Secrets } from '../secrets.ts';
import { examineClock } from './clocks.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('forge');
const signing = linesOf('signing');
const checks = linesOf('checks');

const TIMEOUT = 10_000;

/** What forges are asked with. */
export interface ForgeScene {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly fetch: typeof fetch;
  /** Why there is no credential for any forge, where there is none. */
  readonly none?: CredentialTrouble | undefined;
}

/** For each repository: whether pull requests can be opened, whether they could be merged, and whether checks run on them. */
export async function examineForges(
  scene: ForgeScene,
  repositories: readonly string[],
): Promise<readonly DoctorLine[]> {
  const { config, secrets, log, fetch, none } = scene;
  const lines = [...halfConfigured(config, secrets)];
  // Whoever looks wants to know of a limit, not to wait for its end.
  const sites = forgeSites(config, secrets, { log, fetch, throttle: false });
  if (none) {
    const { message, remedy } = none;
    const proposing = config.policy.mode === 'propose';
    return [...lines, proposing ? line.problem(message, remedy) : line.unknown(message, undefined, remedy)];
  }
  const used = new Set<ForgeSite>();
  for (const url of repositories) {
    const site = sites.find(({ forgeOf }) => forgeOf(url) !== undefined);
    const forge = site?.forgeOf(url);
    if (site) used.add(site);
    lines.push(...(forge ? await examineOne(forge, url) : [elsewhere(sites, url)]));
  }
  for (const site of used.size === 0 ? sites : used) lines.push(await clock(scene, site));
  return lines;
}

/** What was begun in the configuration or in the environment, and needs the other. */
function halfConfigured({ github, gitea }: Config, { githubAppKey, giteaToken }: Secrets): readonly DoctorLine[] {
  const lines = [];
  if (github.appId !== undefined && githubAppKey === undefined) {
    const remedy = 'set REMENDO_GITHUB_APP_KEY to the private key of the App';
    lines.push(line.problem('github.appId is configured without its key', remedy));
  }
  if (gitea !== undefined && giteaToken === undefined) {
    const remedy = 'set REMENDO_GITEA_TOKEN to a token of the account that opens pull requests';
    lines.push(line.problem('gitea.host is configured without a token', remedy));
  }
  if (gitea === undefined && giteaToken !== undefined) {
    const remedy = 'configure gitea.host, so that it is known where the token may be sent';
    lines.push(line.problem('REMENDO_GITEA_TOKEN is set, and no gitea is configured', remedy));
  }
  return lines;
}

function elsewhere(sites: readonly ForgeSite[], url: string): DoctorLine {
  const hosts = sites.map(({ host }) => host).join(' and ') || 'no host';
  const remedy = `pull requests are opened on ${hosts} (github.host, gitea.host); failures elsewhere are reported without one`;
  return line.unknown('no forge is configured for its host', url, remedy);
}

async function examineOne({ capabilities, reader }: Forge, url: string): Promise<readonly DoctorLine[]> {
  const { name, remedies } = capabilities;
  const info = await reader.repository();
  if (!info.ok) {
    const { code, message, hint } = info.error;
    if (code === 'unreachable' || code === 'rate-limited') return [line.unknown(message, url, hint)];
    return [line.problem(message, hint ?? remedies.rights, url)];
  }
  const { archived, canPush, login, defaultBranch } = info.value;
  if (archived)
    return [line.problem('the repository is archived', 'nothing can be written there: remove its Applications', url)];
  if (!canPush) return [line.problem(`${login} may not push branches`, remedies.rights, url)];
  const rules = await reader.branchRules(defaultBranch);
  return [
    line.ok(`${login} may open pull requests on ${name}`, url),
    signatures(capabilities, info.value, rules, url),
    willRun(capabilities, info.value, rules.ok ? rules.value.requiredChecks : [], url),
  ];
}

type Capabilities = Forge['capabilities'];

/** Whether commits of this credential could be merged where signatures are demanded. */
function signatures(
  { name, remedies }: Capabilities,
  { login, defaultBranch, signing: signed }: RepositoryInfo,
  rules: Awaited<ForgeResult<BranchRules>>,
  url: string,
): DoctorLine {
  if (signed === 'signed') return signing.ok(`${name} signs the commits of this account`, url);
  if (!rules.ok) return signing.unknown(rules.error.message, url);
  const demanded = rules.value.signatures;
  if (demanded === false) return signing.ok(`${defaultBranch} does not ask for signatures`, url);
  if (demanded === undefined) {
    const detail = `${login} may not know whether ${defaultBranch} asks for signatures`;
    return signing.unknown(detail, url, `if it does: ${remedies.signing}`);
  }
  const detail = `${defaultBranch} asks for signed commits`;
  if (signed === 'unknown') {
    return signing.unknown(`${detail}, and whether ${name} signs those of ${login} is its operator’s choice`, url);
  }
  return signing.problem(`${detail}, and those of ${login} are not`, remedies.signing, url);
}

function willRun(
  { remedies }: Capabilities,
  { login, startsChecks }: RepositoryInfo,
  required: readonly string[],
  url: string,
): DoctorLine {
  if (!startsChecks) return checks.problem(`no checks run on pull requests that ${login} opens`, remedies.checks, url);
  const demanded = required.length === 0 ? 'none is required' : `required: ${required.join(', ')}`;
  return checks.ok(`checks run; ${demanded}`, url);
}

async function clock({ fetch }: ForgeScene, { host, apiUrl }: ForgeSite): Promise<DoctorLine> {
  const asked = Date.now();
  try {
    const answer = await fetch(apiUrl, { method: 'HEAD', signal: AbortSignal.timeout(TIMEOUT) });
    return examineClock(host, answer.headers.get('date'), asked, Date.now());
  } catch {
    // Why not is said where its repositories are.
    return linesOf('clock').unknown(`${apiUrl} does not answer`, host);
  }
}
