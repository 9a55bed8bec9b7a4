import { z } from 'zod';
import { parseJson } from '../../domain/json.ts';
import { apiPath, bodyText, failureText } from '../../adapters/kubernetes/answer.ts';
import type { Connection } from '../../adapters/kubernetes/connect.ts';
import { createDryRun } from '../../adapters/kubernetes/dry-run.ts';
import { proveReadOnly } from '../../adapters/kubernetes/self-test.ts';
import { ALL_KINDS, KINDS } from '../../domain/kubernetes/kinds.ts';
import type { Kind } from '../../domain/kubernetes/kinds.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { isBlind } from '../../domain/snapshot.ts';
import type { Basics } from '../app.ts';
import type { DoctorLine } from './line.ts';
import { linesOf } from './line.ts';

const line = linesOf('rights');
const ROLE = 'grant get, list and watch as charts/remendo does (templates/rbac.yaml)';
/** Milliseconds; a watch that is allowed is answered at once. */
const ASK = 10_000;

/** What the identity may read, and what it may do beyond reading. */
export async function examineRights(connection: Connection, snapshot: Snapshot): Promise<readonly DoctorLine[]> {
  const blind = snapshot.blind.filter(({ kind }) => !OPTIONAL.has(kind));
  const listed = ALL_KINDS.filter((kind) => !isBlind(snapshot, kind));
  const lists = blind.map(({ kind, reason }) => line.problem(`cannot list: ${reason}`, ROLE, kind));
  return [
    ...(blind.length === 0
      ? [line.ok(`every kind that Remendo looks at can be listed (${listed.length})`, 'list')]
      : lists),
    await watches(connection, listed),
    await logs(connection, snapshot),
    ...(await writes(connection)),
  ];
}

/** Not served by a cluster without Argo CD; examineArgoCd speaks of them. */
const OPTIONAL: ReadonlySet<string> = new Set<Kind>(['Application', 'AppProject']);

async function watches(connection: Connection, kinds: readonly Kind[]): Promise<DoctorLine> {
  const refused: string[] = [];
  for (const kind of kinds) {
    const { apiVersion, plural } = KINDS[kind];
    const query = { watch: 'true', timeoutSeconds: '1' };
    const answer = await connection.request({
      method: 'GET',
      path: apiPath(apiVersion, [plural]),
      query,
      timeout: ASK,
    });
    if (!answer.ok) return line.unknown(answer.error.message, 'watch');
    answer.value.body.destroy();
    if (answer.value.status === 403) refused.push(kind);
  }
  if (refused.length === 0) return line.ok('and can be watched', 'watch');
  return line.problem(
    `cannot watch ${refused.join(', ')}`,
    `${ROLE}; without it, changes are seen only at run.interval`,
    'watch',
  );
}

async function logs(connection: Connection, { objects }: Snapshot): Promise<DoctorLine> {
  const [pod] = objects.Pod;
  if (!pod) return line.unknown('there is no pod to read a log of', 'pods/log');
  const { name, namespace = 'default' } = pod.metadata;
  const container = pod.spec.containers[0]?.name;
  const query = { limitBytes: '1', tailLines: '1', ...(container === undefined ? {} : { container }) };
  const answer = await connection.request({
    method: 'GET',
    path: apiPath('v1', ['pods', name, 'log'], namespace),
    query,
    timeout: ASK,
  });
  if (!answer.ok) return line.unknown(answer.error.message, 'pods/log');
  const { status, body } = answer.value;
  const { message } = await failureText(body);
  if (status === 403) {
    const remedy = 'grant get on pods/log; without it some failures stay without their reason';
    return line.problem(`cannot read logs: ${message}`, remedy, 'pods/log');
  }
  // Any other refusal is about this container: the right was there.
  return line.ok('logs of containers can be read', 'pods/log');
}

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Rights that Remendo has no use for, by what they would allow. */
const NEEDLESS = [
  { verb: 'delete', group: 'apps', resource: 'deployments' },
  { verb: 'delete', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'exec' },
  { verb: 'patch', group: 'argoproj.io', resource: 'applications' },
  { verb: 'update', group: '', resource: 'secrets' },
] as const;

async function writes(connection: Connection): Promise<readonly DoctorLine[]> {
  const held: string[] = [];
  for (const attributes of [...NEEDLESS, { verb: 'patch', group: 'apps', resource: 'deployments' }]) {
    const allowed = await mayI(connection, attributes);
    if (allowed === undefined) return [line.unknown('the API server does not say which rights are held', 'write')];
    const sub = 'subresource' in attributes ? `/${attributes.subresource}` : '';
    if (allowed) held.push(`${attributes.verb} ${attributes.resource}${sub}`);
  }
  const remedy =
    'use an identity that can only read (charts/remendo); Remendo never sends writes, and should not be able to';
  const needless = held.filter((right) => right !== 'patch deployments');
  if (needless.length > 0) return [line.problem(`the identity may ${needless.join(', ')}`, remedy, 'write')];
  if (held.length === 0) return [line.ok('the identity cannot write', 'write')];
  const detail =
    'the identity may patch workloads, as dry runs need; whether an admission policy keeps it to dry runs is not seen from here';
  return [line.unknown(detail, 'write', 'install the policy of deploy/read-only (values: dryRun.enabled)')];
}

/** Undefined where it cannot be asked. The review is sent with `dryRun=All`, as everything that is not a read. */
async function mayI(connection: Connection, resourceAttributes: object): Promise<boolean | undefined> {
  const answer = await connection.request({
    method: 'POST',
    path: apiPath('authorization.k8s.io/v1', ['selfsubjectaccessreviews']),
    query: { dryRun: 'All' },
    contentType: 'application/json',
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
    timeout: ASK,
  });
  if (!answer.ok) return undefined;
  const text = await bodyText(answer.value.body).catch(() => '');
  const review = Review.safeParse(parseJson(text));
  return answer.value.status < 300 && review.success ? review.data.status.allowed : undefined;
}

const dryRunLine = linesOf('dry-run');
const OPTIONAL_DRY_RUN =
  'it is optional: without it, and without argocd.server, proofs say "could not check" for api-server (values: dryRun.enabled)';

const BROKEN_DRY_RUN =
  'install the policy for the identity of cluster.dryRunAs (values: dryRun.enabled; or deploy/read-only/policy.yaml), or name none';

/**
 * Whether the API server can be asked what it thinks of an edit. That is done only by an identity that is proven to be
 * held to dry runs, which a real write that changes nothing shows: the policy must deny it.
 */
export async function examineDryRun(
  connection: Connection,
  { clock, log }: Pick<Basics, 'clock' | 'log'>,
  namespace: string,
  dryRunAs: string | undefined,
): Promise<DoctorLine> {
  const proof = await proveReadOnly(connection, clock);
  if (!proof.proven) {
    const detail = `dry runs stay off: ${proof.reason}`;
    // Whoever names an identity for dry runs counts on them; a person's own kubeconfig may well write.
    return dryRunAs === undefined
      ? dryRunLine.unknown(detail, namespace, OPTIONAL_DRY_RUN)
      : dryRunLine.problem(detail, BROKEN_DRY_RUN, namespace);
  }
  const dryRun = createDryRun(connection, { log });
  const labels = { app: 'remendo-doctor' };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'remendo-doctor', namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'doctor', image: 'remendo-doctor' }] } },
    },
  };
  const answer = await dryRun.apply(object, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name: 'remendo-doctor',
  });
  if (answer.kind === 'accepted')
    return dryRunLine.ok('the API server checks edits in dry runs, and the policy denies everything else', namespace);
  if (answer.kind === 'refused') return dryRunLine.ok(`dry runs are answered (this one: ${answer.message})`, namespace);
  return dryRunLine.unknown(answer.reason, namespace, OPTIONAL_DRY_RUN);
}
