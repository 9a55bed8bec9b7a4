import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { createAuthenticator } from './credentials.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';
import { readKubeconfig } from './kubeconfig.ts';
import type { ApiRequest, ApiResponse, Guard } from './transport.ts';
import { HarmfulRequest, createTransport } from './transport.ts';

/** An API server that can be asked, and cannot be written to. */
export interface Connection {
  /** A stable name: the cluster's entry in the kubeconfig, or `in-cluster`. */
  readonly cluster: string;
  readonly server: string;
  /** Sends a request. Any HTTP status is an answer. Error codes: `cluster-unreachable`, `cluster-unauthorized` (no credentials). */
  request(request: ApiRequest): Promise<Result<ApiResponse, Problem>>;
  close(): void;
}

export interface ConnectOptions extends KubeconfigOptions {
  /** User that requests are made as, by impersonation; wins over the kubeconfig's own `as`. */
  readonly as?: string | undefined;
  /** What may be sent; only what cannot change the cluster unless given. */
  readonly guard?: Guard;
}

/**
 * Finds the cluster of a kubeconfig, of the environment or of the pod that this runs in; sends nothing yet.
 * Error codes: `kubeconfig-missing`, `kubeconfig-invalid`.
 */
export async function connect(options: ConnectOptions): Promise<Result<Connection, Problem>> {
  const access = await readKubeconfig(options);
  if (!access.ok) return access;
  const { cluster, server, user } = access.value;
  const transport = createTransport(access.value, options.env, options.guard);
  const authenticator = createAuthenticator(
    options.as === undefined ? user : { ...user, impersonate: { user: options.as, groups: [] } },
    () => Date.now(),
  );

  async function request(asked: ApiRequest, again = true): Promise<Result<ApiResponse, Problem>> {
    let credentials;
    try {
      credentials = await authenticator.credentials();
    } catch (error) {
      const message = `no credentials for ${server}: ${sentence(error)}`;
      return err(
        problem('cluster-unauthorized', message, { hint: 'run the plugin of the kubeconfig by hand to see why' }),
      );
    }
    try {
      const response = await transport.send(asked, credentials);
      if (response.status !== 401 || !again || !authenticator.renew()) return ok(response);
      response.body.destroy();
      return await request(asked, false);
    } catch (error) {
      if (error instanceof HarmfulRequest) throw error;
      return err(problem('cluster-unreachable', `${server} does not answer: ${sentence(error)}`));
    }
  }

  return ok({ cluster, server, request: (asked) => request(asked), close: () => transport.close() });
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  // Several addresses were tried: the message of the whole is empty, that of the first says why.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const reason = first instanceof Error ? first : error;
  return reason.message.trim().split('\n').slice(-1).join('').slice(0, 300) || 'no reason given';
}
