import { z } from 'zod';
import { parseJson } from '../../domain/json.ts';
import { apiPath, bodyText, failureText } from '../kubernetes/answer.ts';
import type { Connection } from '../kubernetes/connect.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { LeaseName } from './lease-guard.ts';
import { LEASE_API } from './lease-guard.ts';

/** coordination.k8s.io/v1 LeaseSpec, the fields used. Times are RFC 3339 with microseconds. */
const Spec = z.object({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  renewTime: z.string().nullish(),
  leaseTransitions: z.number().nullish(),
});
const Lease = z.object({ metadata: z.object({ resourceVersion: z.string() }), spec: Spec.nullish() });

/** What a Lease says: who holds it, and since when. */
export type LeaseSpec = z.infer<typeof Spec>;

/** The Lease as it was read; `version` is what a write must still find. */
export interface Held {
  readonly version: string;
  readonly spec: LeaseSpec;
}

/** One Lease in one cluster. `within`: milliseconds until an answer is given up, at most 5,000. */
export interface LeaseStore {
  /** Undefined where there is none yet. Error codes: those of Connection.request, `forbidden`, `lease-unreadable`. */
  read(within?: number): Promise<Result<Held | undefined, Problem>>;
  /** Makes it (`from` undefined) or replaces what was read. `conflict`: somebody else was faster. Error codes as `read`. */
  write(spec: LeaseSpec, from: Held | undefined, within?: number): Promise<Result<Held | 'conflict', Problem>>;
}

/** Milliseconds for one request: less than the time in which a lease must be renewed. */
const TIMEOUT = 5000;

/** Until the answer begins, and between two pieces of it. */
function limits(within = TIMEOUT): { readonly timeout: number; readonly idleTimeout: number } {
  const timeout = Math.min(TIMEOUT, within);
  return { timeout, idleTimeout: timeout };
}

/** `connection` must let the Lease's requests through: see onlyLease. */
export function createLeaseStore(connection: Connection, { namespace, name }: LeaseName): LeaseStore {
  const all = apiPath(LEASE_API, ['leases'], namespace);
  const one = apiPath(LEASE_API, ['leases', name], namespace);
  return {
    async read(within) {
      const answer = await connection.request({ method: 'GET', path: one, ...limits(within) });
      if (!answer.ok) return answer;
      const { status, body } = answer.value;
      if (status === 404) {
        body.resume();
        return ok(undefined);
      }
      return status === 200
        ? parsed(await bodyText(body).catch(() => ''))
        : refused(status, (await failureText(body)).message);
    },
    async write(spec, from, within) {
      const metadata = { name, namespace, ...(from ? { resourceVersion: from.version } : {}) };
      const answer = await connection.request({
        method: from ? 'PUT' : 'POST',
        path: from ? one : all,
        contentType: 'application/json',
        body: JSON.stringify({ apiVersion: LEASE_API, kind: 'Lease', metadata, spec }),
        ...limits(within),
      });
      if (!answer.ok) return answer;
      const { status, body } = answer.value;
      if (status === 200 || status === 201) return parsed(await bodyText(body).catch(() => ''));
      const { message } = await failureText(body);
      return status === 409 ? ok('conflict') : refused(status, message);
    },
  };
}

function parsed(text: string): Result<Held, Problem> {
  const lease = Lease.safeParse(parseJson(text));
  if (!lease.success) return err(problem('lease-unreadable', 'the Lease that the API server shows is none'));
  return ok({ version: lease.data.metadata.resourceVersion, spec: lease.data.spec ?? {} });
}

function refused(status: number, message: string): Result<never, Problem> {
  const said = message === '' ? `HTTP ${status}` : message;
  if (status !== 403) return err(problem('lease-unreadable', said));
  return err(problem('forbidden', said, { hint: 'grant get, create and update on this Lease (charts/remendo)' }));
}
