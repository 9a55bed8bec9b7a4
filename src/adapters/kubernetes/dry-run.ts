import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { JsonObjectSchema } from '../../domain/kubernetes/json-schema.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { DryRun, DryRunAnswer } from '../../ports/cluster.ts';
import type { Log } from '../../ports/log.ts';
import { parseJson } from '../../domain/json.ts';
import { apiPath, bodyText, failureText } from './answer.ts';
import type { Status } from './answer.ts';
import { removingPatch } from './client-side-patch.ts';
import type { Connection } from './connect.ts';
import { createDiscovery } from './discovery.ts';
import { NOT_TYPED, NO_DRY_RUN, NO_RIGHT } from './server-words.ts';
import type { ApiRequest, ApiResponse } from './transport.ts';
import { NO_CHANGE } from './transport.ts';

/** What Argo CD's applies and its server-side diff go by. */
const AS_ARGOCD = { dryRun: 'All', fieldManager: 'argocd-controller', fieldValidation: 'Strict' };
const APPLY = 'application/apply-patch+yaml';
const STRATEGIC = 'application/strategic-merge-patch+json';

/**
 * Asks the API server what it would say to an object. Every request carries `dryRun=All`; the transport refuses to send any other
 * write. Needs the rights `patch` and `create`: the server checks them as for a real write.
 */
export function createDryRun(connection: Connection, { log }: { readonly log: Log }): DryRun {
  const discovery = createDiscovery(connection);
  type Request = Pick<ApiRequest, 'method' | 'path' | 'query' | 'contentType' | 'signal'> & {
    readonly object: JsonObject;
  };

  async function send({ object, ...request }: Request, again = true): Promise<DryRunAnswer> {
    const response = await connection.request({ ...request, body: JSON.stringify(object) });
    if (!response.ok) return { kind: 'unavailable', reason: response.error.message };
    const answer = await read(response.value);
    // A conflict of the server with itself (a quota that is being counted) passes; anything else stays.
    return answer.kind === 'refused' && answer.status === 409 && again ? send({ object, ...request }, false) : answer;
  }

  async function apply(object: JsonObject, path: string, signal: AbortSignal | undefined): Promise<DryRunAnswer> {
    // A patch of nothing in dry-run shows the object to an identity that may patch and not read.
    const nothing = { method: 'PATCH', path, query: AS_ARGOCD, contentType: NO_CHANGE.contentType, signal } as const;
    const live = await send({ ...nothing, object: {} });
    const patch = live.kind === 'accepted' ? removingPatch(live.object, object) : undefined;
    if (patch !== undefined) {
      const answer = await send({ ...nothing, contentType: STRATEGIC, object: patch });
      if (!isUnsupported(answer)) return answer;
    }
    return send({ ...nothing, query: { ...AS_ARGOCD, force: 'true' }, contentType: APPLY, object });
  }

  async function ask(
    verb: 'apply' | 'create',
    object: JsonObject,
    ref: ObjectRef,
    signal: AbortSignal | undefined,
  ): Promise<DryRunAnswer> {
    const served = await discovery(ref, signal);
    if (!served.ok) return { kind: 'unavailable', reason: served.error.message };
    const { plural, namespaced } = served.value;
    const path = (...name: string[]): string =>
      apiPath(ref.apiVersion, [plural, ...name], namespaced ? (ref.namespace ?? 'default') : undefined);
    const answer =
      verb === 'apply'
        ? await apply(object, path(ref.name), signal)
        : await send({
            method: 'POST',
            path: path(),
            query: AS_ARGOCD,
            contentType: 'application/json',
            object,
            signal,
          });
    if (answer.kind === 'unavailable') log.debug({ ref, reason: answer.reason }, 'dry run was not possible');
    return answer;
  }

  return {
    apply: (object, ref, asking) => ask('apply', object, ref, asking?.signal),
    create: (object, ref, signal) => ask('create', object, ref, signal),
  };
}

/** Custom resources know no strategic merge patch: HTTP 415. */
function isUnsupported(answer: DryRunAnswer): boolean {
  return answer.kind === 'unavailable' && answer.reason.includes('(HTTP 415)');
}

const Answer = z.object({ kind: z.string() }).and(JsonObjectSchema);

async function read(response: ApiResponse): Promise<DryRunAnswer> {
  const { status, warnings, body } = response;
  if (status === 200 || status === 201) {
    const object = Answer.safeParse(parseJson(await bodyText(body).catch(() => '')));
    if (object.success) return { kind: 'accepted', object: object.data, warnings };
    return { kind: 'unavailable', reason: 'the API server accepted the object but its answer cannot be read' };
  }
  const failure = await failureText(body);
  const message =
    failure.message === '' ? `HTTP ${status}` : withCauses(failure.message, failure.status).replace(WHOLE_PATCH, '');
  const reason = unavailable(status, message, failure.status);
  return reason === undefined ? { kind: 'refused', status, message, warnings } : { kind: 'unavailable', reason };
}

/** A strategic merge patch that cannot be read is printed whole, with all its values, before the reason. */
const WHOLE_PATCH = /^ "" is invalid: patch: Invalid value: "map\[[^]*\]": /;

/**
 * Why the answer says nothing about the object; undefined where the object itself was refused. 403 means either: the right to
 * ask is missing (RBAC), or admission said no (quota, PodSecurity, policies and webhooks answer 403 too).
 */
function unavailable(status: number, message: string, said: Status | undefined): string | undefined {
  const about = (text: string): string => `${text}: ${message}`;
  if (NO_DRY_RUN.test(message)) return about('an admission webhook cannot be dry-run');
  if (status === 403) {
    // Without a Status of Kubernetes it was a proxy that refused.
    if (said === undefined || NO_RIGHT.test(message)) return about('no right to dry-run');
    return undefined;
  }
  if (status === 404) return about('the API server does not know the namespace or kind');
  if (status === 409 && said?.reason === 'AlreadyExists') return about('an object of this name exists already');
  if (status === 400 || status === 409 || status === 413 || status === 422) return undefined;
  if (status === 500 && NOT_TYPED.test(message)) return undefined;
  return about(`the API server could not check (HTTP ${status})`);
}

/** The message names the first causes only where there are few: adds those that it leaves out. */
function withCauses(message: string, status: Status | undefined): string {
  const causes = status?.details?.causes ?? [];
  const missing = causes.flatMap(({ field, message: cause }) => {
    if (!cause || message.includes(cause)) return [];
    return [field ? `${field}: ${cause}` : cause];
  });
  return missing.length === 0 ? message : `${message} (${missing.slice(0, 10).join('; ')})`;
}
