import semver from 'semver';
import { mayDo, mayGet, versionOf } from '../../adapters/argocd/account.ts';
import type { Client } from '../../adapters/argocd/client.ts';
import type { Config } from '../../config/config.ts';
import type { Application } from '../../domain/kubernetes/application.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { argoCdClient } from '../argocd.ts';
import type { Secrets } from '../secrets.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('argocd');
const API = 'API';
/** Its server-side diff can be asked for since then. */
const SINCE = '3.2.0';
/** Projects that are asked about; rights are mostly given by project. */
const PROJECTS = 10;
const ADDRESS = 'check argocd.server, and the network and certificates between here and there (NODE_EXTRA_CA_CERTS)';
const RIGHTS = 'let the account get Applications: p, role:remendo, applications, get, */*, allow (docs/operations.md)';

/** Whether Argo CD can be asked what the API server says to an edit; nothing where that is not configured. */
export async function examineArgoCdApi(
  config: Pick<Config, 'argocd'>,
  secrets: Secrets,
  { objects }: Snapshot,
  send?: typeof fetch,
): Promise<readonly DoctorLine[]> {
  const client = argoCdClient(config, secrets, send);
  if (client === undefined) return halfConfigured(config, secrets);
  const version = await versionOf(client);
  if (!version.ok) return [line.problem(version.error.message, ADDRESS, API)];
  const number = semver.coerce(version.value);
  if (number !== null && semver.lt(number, SINCE)) {
    const remedy = 'its server-side diff needs 3.2: leave out argocd.server, and REMENDO_ARGOCD_TOKEN, until then';
    return [line.problem(`${client.server} is Argo CD ${version.value}`, remedy, API)];
  }
  const rights = await examineAccount(client, objects.Application);
  const about = `${client.server}, Argo CD ${version.value}`;
  return [rights(about)];
}

function halfConfigured({ argocd }: Pick<Config, 'argocd'>, { argocdToken }: Secrets): readonly DoctorLine[] {
  if (argocd !== undefined) {
    const remedy = 'set REMENDO_ARGOCD_TOKEN to a token of an account that may get Applications, or leave it out';
    return [line.problem('argocd.server is configured without a token', remedy, API)];
  }
  if (argocdToken === undefined) return [];
  const remedy = 'configure argocd.server, so that it is known where the token may be sent';
  return [line.problem('REMENDO_ARGOCD_TOKEN is set, and no argocd.server is configured', remedy, API)];
}

/** Asks what a proof asks first, for one Application of each project. */
async function examineAccount(
  client: Client,
  applications: readonly Application[],
): Promise<(about: string) => DoctorLine> {
  const byProject = new Map(applications.toReversed().map((one) => [one.spec.project || 'default', one]));
  const asked = [...byProject].slice(0, PROJECTS);
  const [first] = asked;
  if (first === undefined) return (about) => line.unknown(`${about}: there is no Application to ask about`, API);
  const closed: string[] = [];
  for (const [project, { metadata }] of asked) {
    const answer = await mayGet(client, { namespace: metadata.namespace ?? '', name: metadata.name });
    if (answer.ok) continue;
    if (answer.error.code !== 'argocd-forbidden') return (about) => failed(about, answer.error);
    closed.push(project);
  }
  if (closed.length > 0) {
    const names = closed.join(', ');
    return (about) => line.problem(`${about}: the account may not get Applications of ${names}`, RIGHTS, API);
  }
  const [project, { metadata }] = first;
  const sync = await mayDo(client, 'sync', [project, metadata.name]);
  const more = sync.ok && sync.value ? '; it may sync too, which Remendo does not need' : '';
  return (about) => line.ok(`${about}: it can be asked what the API server says to an edit${more}`, API);
}

function failed(about: string, { code, message }: Problem): DoctorLine {
  if (code !== 'argocd-unauthorized') return line.unknown(`${about}: ${message}`, API);
  const remedy = 'set REMENDO_ARGOCD_TOKEN to a valid token (argocd account generate-token)';
  return line.problem(`${about}: the token is not accepted: ${message}`, remedy, API);
}
