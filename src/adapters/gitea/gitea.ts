import { repositoryOf } from '../../domain/repository-url.ts';
import type { Forge, ForgeCapabilities, ForgeOf } from '../../ports/forge.ts';
import type { ClientOptions } from './client.ts';
import { createClient } from './client.ts';
import { rootOf } from './hosts.ts';
import { createWhoAmI } from './identity.ts';
import { createReader } from './reader.ts';
import { createWriter } from './writer.ts';

/** One repository on one Gitea, and as whom it is asked. */
export type GiteaOptions = ClientOptions;

/** What a Gitea can do, and what to do where something is missing, in its own words. */
export const CAPABILITIES: ForgeCapabilities = {
  name: 'Gitea',
  // It has no limit of its own; a proxy before it often refuses more than a megabyte (nginx).
  bodyLimit: 200_000,
  remedies: {
    rights:
      'the account needs the right to write to this repository (code, issues and pull requests), its token write:repository, write:issue and read:user',
    signing: 'let the server sign (repository.signing in app.ini), or allow unsigned commits on this branch',
    checks: 'use the token of an account, not that of a workflow',
  },
};

/** The forge of one repository on a Gitea. Nothing is asked before it is used. */
export function createGitea(options: GiteaOptions): Forge {
  const client = createClient(options);
  const whoAmI = createWhoAmI(client);
  return { capabilities: CAPABILITIES, reader: createReader(client, whoAmI), writer: createWriter(client, whoAmI) };
}

/** Finds the forge of a repository by its URL's host; one forge for each repository. */
export function createGiteaForges(
  // `host` is as repository URLs write it.
  options: Omit<GiteaOptions, 'repository'> & { readonly host: string },
): ForgeOf {
  const { host: written, ...shared } = options;
  const host = written.toLowerCase();
  const root = rootOf(shared.apiUrl);
  const forges = new Map<string, Forge>();
  return (repoURL) => {
    const address = repositoryOf(repoURL, root);
    // An address of SSH has no port of the web in it.
    if (address === undefined || (address.host !== host && address.host !== host.replace(/:\d+$/, '')))
      return undefined;
    const { owner, name } = address;
    const key = `${owner}/${name}`.toLowerCase();
    const forge = forges.get(key) ?? createGitea({ ...shared, repository: { owner, name } });
    forges.set(key, forge);
    return forge;
  };
}
