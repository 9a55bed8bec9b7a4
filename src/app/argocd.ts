import { createClient } from '../adapters/argocd/client.ts';
import type { Client } from '../adapters/argocd/client.ts';
import { createServerSideDiff } from '../adapters/argocd/server-side-diff.ts';
import type { Config } from '../config/config.ts';
import type { DryRun } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from './secrets.ts';

/** Argo CD's API server; undefined where its address or the token is not given. */
export function argoCdClient(
  { argocd }: Pick<Config, 'argocd'>,
  { argocdToken: token }: Secrets,
  send?: typeof fetch,
): Client | undefined {
  if (argocd === undefined || token === undefined) return undefined;
  return createClient({ server: argocd.server, token, ...(send === undefined ? {} : { fetch: send }) });
}

/**
 * The API server's answer, from whoever can get it: Remendo's own dry run first, because it is checked strictly and tells
 * warnings; where that is not possible, Argo CD's server-side diff (docs/adr/0007).
 */
export function orArgoCd(own: DryRun, client: Client | undefined, log: Log): DryRun {
  if (client === undefined) return own;
  const theirs = createServerSideDiff(client, log);
  return {
    ...own,
    async apply(object, ref, asking) {
      const answer = await own.apply(object, ref, asking);
      if (answer.kind !== 'unavailable') return answer;
      const other = await theirs.apply(object, ref, asking);
      if (other.kind !== 'unavailable') return other;
      return { kind: 'unavailable', reason: `${answer.reason}; nor through Argo CD: ${other.reason}` };
    },
  };
}
