import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { createAuthenticator } from './credentials.ts';
import type { Authenticator } from './credentials.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';
import { readKubeconfig } from './kubeconfig.ts';
import type { ApiRequest, ApiResponse, Guard, Transport } from './transport.ts';
import { HarmfulRequest, createTransport } from './transport.ts';
import { createSkew } from './skew.ts';
import { mayBeReplaced, unauthorized, unreachable } from './trouble.ts';

/** An API server that can be asked, and cannot be written to. */
export interface Connection {
  /** A stable name: the cluster's entry in the kubeconfig, or `in-cluster`. */
  readonly cluster: string;
  readonly server: string;
  /**
   * Sends a request. Any HTTP status but 401 is an answer. Error codes: `cluster-unreachable`, `cluster-unauthorized` (no
   * credentials, or none that the server accepts).
   */
  request(request: ApiRequest): Promise<Result<ApiResponse, Problem>>;
  /** Milliseconds that the server's clock is ahead of the one here, as its last answer shows; 0 where they are in step. */
  skew(): number;
  close(): void;
}

/** Which cluster, as whom, and what may be sent there. */
export interface ConnectOptions extends KubeconfigOptions {
  /** User that requests are made as, by impersonation; wins over the kubeconfig's own `as`. */
  readonly as?: string | undefined;
  /** What may be sent; only what cannot change the cluster unless given. */
  readonly guard?: Guard;
}

/** A user of a cluster, with connections of its own. */
interface Session {
  readonly access: ClusterAccess;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
}

/**
 * Finds the cluster of a kubeconfig, of the environment or of the pod that this runs in; sends nothing yet. Where the
 * server refuses, files are read again: certificates and tokens are replaced while a daemon runs. Another cluster in
 * their place is not followed. Error codes: `kubeconfig-missing`, `kubeconfig-invalid`.
 */
export async function connect(options: ConnectOptions): Promise<Result<Connection, Problem>> {
  const first = await readKubeconfig(options);
  if (!first.ok) return first;
  const { cluster, server } = first.value;
  let current = open(first.value);
  const clocks = createSkew();

  function open(access: ClusterAccess): Session {
    const { user } = access;
    const as = options.as === undefined ? user : { ...user, impersonate: { user: options.as, groups: [] } };
    return {
      access,
      transport: createTransport(access, options.env, options.guard),
      authenticator: createAuthenticator(as, () => Date.now()),
    };
  }

  /** Whether there is something else to try than what `refused` was asked with. */
  async function renewed(refused: Session): Promise<boolean> {
    const read = await readKubeconfig(options);
    if (current !== refused) return true;
    const same = !read.ok || read.value.cluster !== cluster || read.value.server !== server;
    if (same || isDeepStrictEqual(read.value, refused.access)) return false;
    current = open(read.value);
    refused.transport.close();
    return true;
  }

  async function request(asked: ApiRequest, again = true): Promise<Result<ApiResponse, Problem>> {
    const session = current;
    const { transport, authenticator } = session;
    let credentials;
    try {
      credentials = await authenticator.credentials();
    } catch (error) {
      if (again && (await renewed(session))) return request(asked, false);
      const message = `no credentials for ${server}: ${sentence(error)}`;
      return err(problem('cluster-unauthorized', message, { hint: hintOf(session) }));
    }
    try {
      const sent = Date.now();
      const response = await transport.send(asked, credentials);
      clocks.answered(response.headers.date, sent, Date.now());
      if (response.status !== 401) return ok(response);
      response.body.destroy();
      if (again && ((await renewed(session)) || authenticator.renew())) return await request(asked, false);
      return err(unauthorized(server, credentials, Date.now() + clocks.skew()));
    } catch (error) {
      if (error instanceof HarmfulRequest) throw error;
      if (again && mayBeReplaced(error) && (await renewed(session))) return request(asked, false);
      return err(unreachable(server, error));
    }
  }

  return ok({
    cluster,
    server,
    request: (asked) => request(asked),
    skew: () => clocks.skew(),
    close: () => current.transport.close(),
  });
}

function hintOf({ access: { user } }: Session): string {
  if (user.exec !== undefined || user.oidc !== undefined) return 'run the plugin of the kubeconfig by hand to see why';
  return 'the token file must be there and readable';
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : 'unknown error';
  return message.trim().split('\n').slice(-1).join('').slice(0, 300) || 'no reason given';
}
