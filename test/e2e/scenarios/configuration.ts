import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { DRY_RUN_USER, READER, install, policyIsActive, tokenOf } from '../cluster/install.ts';
import type { GitHost } from './hosts/host.ts';

/**
 * Writes `remendo.yaml` and a kubeconfig of Remendo's own ServiceAccount, with the shipped rights and no others; answers with
 * the path of the configuration.
 */
export async function configure(directory: string, cluster: Cluster, host: GitHost): Promise<string> {
  for (const part of ['reader', 'policy', 'dry-run'] as const) await install(cluster, part);
  await policyIsActive(cluster);
  const token = await tokenOf(cluster, READER);
  const kubeconfig = join(directory, 'kubeconfig.json');
  const access = { server: cluster.server, 'certificate-authority-data': readFileSync(cluster.ca).toString('base64') };
  const context = { cluster: 'e2e', user: 'remendo' };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'e2e',
      clusters: [{ name: 'e2e', cluster: access }],
      users: [{ name: 'remendo', user: { token } }],
      contexts: [{ name: 'e2e', context }],
    }),
    { mode: 0o600 },
  );
  const config = join(directory, 'remendo.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      mode: 'propose',
      cluster: { name: 'e2e', kubeconfig, dryRunAs: DRY_RUN_USER },
      ...host.config,
      registry: { insecureHosts: [cluster.registry] },
      detect: { minimumAge: '5s', minimumRestarts: 1 },
      limits: { openPullRequests: 50, pullRequestsPerHour: 100 },
      verify: { propagation: '120s', soak: '10s' },
      run: { interval: '5s', debounce: '1s' },
      state: { directory: join(directory, 'state') },
      log: { level: 'info' },
    }),
  );
  return config;
}
