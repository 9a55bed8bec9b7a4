import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { JsonObjectSchema } from '../../domain/kubernetes/json-schema.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, groupOf } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ApplicationRef } from '../../domain/source.ts';
import type { DryRun, DryRunAnswer } from '../../ports/cluster.ts';
import type { Log } from '../../ports/log.ts';
import { parseJson } from '../../domain/json.ts';
import { removesFields } from '../kubernetes/client-side-patch.ts';
import type { Client } from './client.ts';
import { decodeMessage, encodeMessage } from './protobuf.ts';
import { verdictOf } from './verdict.ts';

/** server/application/application.proto of Argo CD 3.2; its gateway cannot take the list of objects that it wants in a URL. */
const DIFF = 'application.ApplicationService/ServerSideDiff';
/** Fields of ApplicationServerSideDiffQuery, its response, and ResourceDiff. */
const QUERY = { appName: 1, appNamespace: 2, liveResources: 4, targetManifests: 5 } as const;
const RESPONSE = { items: 1 } as const;
const RESOURCE = { group: 1, kind: 2, namespace: 3, name: 4, targetState: 5, liveState: 6 } as const;

const Managed = z.object({
  items: z
    .array(
      z.object({
        group: z.string().nullish(),
        kind: z.string().nullish(),
        namespace: z.string().nullish(),
        name: z.string().nullish(),
        liveState: z.string().nullish(),
      }),
    )
    .nullish(),
});

const unavailable = (reason: string): DryRunAnswer => ({ kind: 'unavailable', reason });

/**
 * A dry run that Argo CD makes with its own rights: the server-side diff of Argo CD 3.2 and later. It is asked only about
 * objects that the Application has in Git already: Argo CD answers for no others, and for no pods.
 */
export function createServerSideDiff(client: Client, log: Log): DryRun {
  async function apply(
    object: JsonObject,
    ref: ObjectRef,
    application: ApplicationRef,
    signal: AbortSignal | undefined,
  ): Promise<DryRunAnswer> {
    // Argo CD logs what it is asked, and masks Secrets only in its answers.
    if (ref.kind === 'Secret' && groupOf(ref.apiVersion) === '')
      return unavailable('values of Secrets are not shown to Argo CD');
    const live = await liveState(client, ref, application, signal);
    if (!live.ok) return unavailable(reasonOf(live.error));
    if (live.value === undefined) {
      return unavailable(`${formatRef(ref)} is not, or not yet, an object of Application ${application.name}`);
    }
    if (live.value.object !== undefined && removesFields(live.value.object, object)) {
      const reason = 'a field goes away, which Argo CD’s server-side diff would leave beside the new ones';
      return unavailable(`${reason}: it is applied client-side`);
    }
    const answer = await client.call(DIFF, questionOf(object, ref, application), signal);
    if (answer.ok) return acceptedOf(answer.value, ref);
    return answer.error.code === 'argocd-failed'
      ? verdictOf(answer.error.message)
      : unavailable(reasonOf(answer.error));
  }

  return {
    async apply(object, ref, { application, signal } = {}) {
      if (application === undefined) return unavailable('no Application is known that Argo CD could be asked for');
      const answer = await apply(object, ref, application, signal);
      if (answer.kind === 'unavailable') log.debug({ ref, reason: answer.reason }, 'Argo CD was asked in vain');
      return answer;
    },
    create: () => Promise.resolve(unavailable('Argo CD cannot be asked about pods')),
  };
}

function reasonOf({ code, message }: Problem): string {
  switch (code) {
    case 'argocd-unauthorized':
      return `Argo CD does not accept the token: ${message}`;
    case 'argocd-forbidden':
      return `the account of the token may not get the Application in Argo CD: ${message}`;
    case 'argocd-unsupported':
      return 'this Argo CD has no server-side diff that can be asked for: it needs 3.2';
    default:
      return message;
  }
}

/** An object of an Application, as Argo CD knows it in the cluster; without `object` it is still to be made. */
interface Live {
  readonly object?: JsonObject;
}

/** Undefined where the Application has no such object. */
async function liveState(
  client: Client,
  ref: ObjectRef,
  application: ApplicationRef,
  signal: AbortSignal | undefined,
): Promise<Result<Live | undefined, Problem>> {
  const { kind, name, namespace = '' } = ref;
  const group = groupOf(ref.apiVersion);
  const path = `/api/v1/applications/${encodeURIComponent(application.name)}/managed-resources`;
  const query = { appNamespace: application.namespace, group, kind, namespace, name };
  const answer = await client.get(path, query, Managed, signal);
  if (!answer.ok) return answer;
  const found = answer.value.items?.find(
    (item) =>
      (item.group ?? '') === group && item.kind === kind && (item.namespace ?? '') === namespace && item.name === name,
  );
  if (found === undefined) return ok(undefined);
  const text = found.liveState ?? '';
  if (text === '' || text === 'null') return ok({});
  const live = JsonObjectSchema.safeParse(parseJson(text));
  return live.success
    ? ok({ object: live.data })
    : err(problem('argocd-unreachable', 'Argo CD’s answer cannot be read'));
}

/**
 * Of the live object only its name is sent. What is in it matters for the difference, which is not looked at; that there is
 * one makes Argo CD ask the API server (ServerSideDiff in gitops-engine, pkg/diff/diff.go), also about an object that is missing.
 */
function questionOf(
  object: JsonObject,
  { apiVersion, kind, name, namespace }: ObjectRef,
  application: ApplicationRef,
): Buffer {
  const live = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  const resource = encodeMessage([
    [RESOURCE.group, groupOf(apiVersion)],
    [RESOURCE.kind, kind],
    [RESOURCE.namespace, namespace],
    [RESOURCE.name, name],
    [RESOURCE.liveState, JSON.stringify(live)],
  ]);
  return encodeMessage([
    [QUERY.appName, application.name],
    [QUERY.appNamespace, application.namespace],
    [QUERY.liveResources, resource],
    [QUERY.targetManifests, JSON.stringify(object)],
  ]);
}

/** The predicted object: an answer without one for this very object is no approval. */
function acceptedOf(message: Buffer, { kind, name }: ObjectRef): DryRunAnswer {
  const items = decodeMessage(message)?.filter(({ number }) => number === RESPONSE.items) ?? [];
  for (const { value } of items) {
    const fields = decodeMessage(value) ?? [];
    const text = (number: number): string => fields.find((field) => field.number === number)?.value.toString() ?? '';
    const object = JsonObjectSchema.safeParse(parseJson(text(RESOURCE.targetState)));
    if (text(RESOURCE.kind) === kind && text(RESOURCE.name) === name && object.success) {
      return { kind: 'accepted', object: object.data, warnings: [], askedBy: 'Argo CD' };
    }
  }
  return unavailable('Argo CD answered without the object that it was asked about');
}
