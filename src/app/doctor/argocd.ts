import { counted } from '../../domain/counted.ts';
import { z } from 'zod';
import { parseJson } from '../../domain/json.ts';
import { apiPath, bodyText } from '../../adapters/kubernetes/answer.ts';
import type { Connection } from '../../adapters/kubernetes/connect.ts';
import type { Application } from '../../domain/kubernetes/application.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { isBlind } from '../../domain/snapshot.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('argocd');
const Settings = z.object({ data: z.record(z.string(), z.string()).nullish() });
const NAMED = 5;

/** Whether there are Applications, how they track their objects, and which will need a hand after a merge. */
export async function examineArgoCd(connection: Connection, snapshot: Snapshot): Promise<readonly DoctorLine[]> {
  const applications = snapshot.objects.Application;
  if (isBlind(snapshot, 'Application')) {
    const reason = snapshot.blind.find(({ kind }) => kind === 'Application')?.reason ?? 'unknown reason';
    const remedy = 'Argo CD must run in this cluster, and Remendo may list applications.argoproj.io';
    return [line.problem(`Applications cannot be read: ${reason}`, remedy)];
  }
  if (applications.length === 0) {
    return [line.problem('there are no Applications', 'without one, no failure can be traced to Git')];
  }
  const namespaces = [...new Set(applications.map(({ metadata }) => metadata.namespace ?? ''))];
  const unread = applications.filter(({ status }) => status?.sync === undefined);
  return [
    line.ok(`${counted(applications.length, 'Application')} in ${namespaces.join(', ')}`),
    ...(await tracking(connection, namespaces)),
    ...missingProjects(snapshot),
    ...several(unread, (names) =>
      line.problem(`no sync status: ${names}`, 'is the application controller running?', 'status'),
    ),
    ...several(applications.filter(isManual), (names) =>
      line.ok(`synced by hand, so a merged fix waits for somebody: ${names}`, 'manual sync'),
    ),
    ...several(applications.filter(hasPlugin), (names) =>
      line.ok(`rendered by a plugin, which Remendo does not run: no fix for ${names}`, 'plugin'),
    ),
  ];
}

/**
 * The key `application.resourceTrackingMethod` of each argocd-cm; where it is not set, the version decides. There is one in
 * the namespace of each Argo CD; Applications may live in others too.
 */
async function tracking(connection: Connection, namespaces: readonly string[]): Promise<readonly DoctorLine[]> {
  const found = await Promise.all(namespaces.map((namespace) => trackingIn(connection, namespace)));
  const lines = found.filter((one) => one !== undefined);
  if (lines.length > 0) return lines;
  return [line.unknown(`there is no argocd-cm in ${namespaces.join(', ')}`, 'tracking')];
}

async function trackingIn(connection: Connection, namespace: string): Promise<DoctorLine | undefined> {
  const subject = `tracking in ${namespace}`;
  const answer = await connection.request({
    method: 'GET',
    path: apiPath('v1', ['configmaps', 'argocd-cm'], namespace),
  });
  if (!answer.ok) return line.unknown(answer.error.message, subject);
  const settings = Settings.safeParse(parseJson(await bodyText(answer.value.body).catch(() => '')));
  if (answer.value.status === 404) return undefined;
  if (answer.value.status !== 200 || !settings.success) {
    return line.unknown(`argocd-cm cannot be read (HTTP ${answer.value.status})`, subject);
  }
  const method = settings.data.data?.['application.resourceTrackingMethod'];
  if (method === undefined) return line.ok('the default: annotation since Argo CD 3, label before', subject);
  return line.ok(method, subject);
}

/** Argo CD syncs nothing of an Application whose project does not exist. Projects live in Argo CD's own namespace. */
function missingProjects(snapshot: Snapshot): DoctorLine[] {
  if (isBlind(snapshot, 'AppProject')) return [];
  const known = new Set(snapshot.objects.AppProject.map(({ metadata }) => metadata.name));
  const lost = snapshot.objects.Application.filter(({ spec }) => !known.has(spec.project || 'default'));
  return several(lost, (names) =>
    line.problem(
      `the project that they name does not exist: ${names}`,
      'Argo CD does not sync them: make the AppProject, or name another',
      'projects',
    ),
  );
}

function isManual({ spec }: Application): boolean {
  const automated = spec.syncPolicy?.automated;
  return !automated || automated.enabled === false;
}

function hasPlugin({ spec, status }: Application): boolean {
  const sources = [...(spec.source ? [spec.source] : []), ...(spec.sources ?? [])];
  return status?.sourceType === 'Plugin' || sources.some(({ plugin }) => plugin !== undefined);
}

function several(applications: readonly Application[], say: (names: string) => DoctorLine): DoctorLine[] {
  if (applications.length === 0) return [];
  const names = applications.slice(0, NAMED).map(({ metadata }) => metadata.name);
  const more = applications.length > NAMED ? ` and ${applications.length - NAMED} more` : '';
  return [say(`${names.join(', ')}${more}`)];
}
