import { repositoryOf } from '../../domain/repository-url.ts';
import type { Forge, ForgeCapabilities, ForgeOf } from '../../ports/forge.ts';
import type { ClientOptions, GitHubAuth } from './client.ts';
import { createClient } from './client.ts';
import { createWhoAmI } from './identity.ts';
import { createMemoryCache } from './etag-cache.ts';
import { createReader } from './reader.ts';
import { apiUrlOf } from './hosts.ts';
import { createWriter } from './writer.ts';

export type { GitHubAuth } from './client.ts';

/** One repository on one GitHub, and as whom it is asked. */
export type GitHubOptions = ClientOptions;

/** What GitHub can do, and what to do where something is missing, in its own words. */
export const CAPABILITIES: ForgeCapabilities = {
  name: 'GitHub',
  // "body is too long (maximum is 65536 characters)", as it answers.
  bodyLimit: 65_536,
  remedies: {
    rights: 'the token or App needs this repository, with Contents, Pull requests and Issues (write)',
    signing: 'use a GitHub App',
    // docs.github.com, "Triggering a workflow from a workflow": events of the GITHUB_TOKEN start no workflows.
    checks: 'use the token of a GitHub App (actions/create-github-app-token)',
  },
};

/** The forge of one GitHub repository. Nothing is asked before it is used. */
export function createGitHub(options: GitHubOptions): Forge {
  const client = createClient(options);
  const whoAmI = createWhoAmI(client);
  return { capabilities: CAPABILITIES, reader: createReader(client, whoAmI), writer: createWriter(client, whoAmI) };
}

/** A GitHub that Remendo has a credential for. */
export interface GitHubHost {
  /** As repository URLs name it: `github.com`, or with the port of an http(s) URL. */
  readonly host: string;
  /** REST API base, where it is not the usual one of the host. */
  readonly apiUrl?: string;
  readonly auth: GitHubAuth;
}

/** Finds the forge of a repository by its URL's host; one forge for each repository, one cache for all. */
export function createGitHubForges(
  options: Omit<GitHubOptions, 'repository' | 'baseUrl' | 'auth'> & { readonly hosts: readonly GitHubHost[] },
): ForgeOf {
  const { hosts, ...more } = options;
  const shared = { ...more, cache: options.cache ?? createMemoryCache() };
  const forges = new Map<string, Forge>();
  return (repoURL) => {
    const address = repositoryOf(repoURL);
    const host = hosts.find((one) => one.host.toLowerCase() === address?.host);
    if (address === undefined || host === undefined) return undefined;
    const { owner, name } = address;
    const key = `${address.host}/${owner}/${name}`.toLowerCase();
    const forge =
      forges.get(key) ??
      createGitHub({
        ...shared,
        repository: { owner, name },
        baseUrl: host.apiUrl ?? apiUrlOf(host.host.toLowerCase()),
        auth: host.auth,
      });
    forges.set(key, forge);
    return forge;
  };
}
