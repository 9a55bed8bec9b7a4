import { err, ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { remember } from '../forge/remember.ts';
import type { Client } from './client.ts';
import { mailHostOf } from './hosts.ts';
import { AppAnswer, UserAnswer, ViewerAnswer } from './schema.ts';

/** Whom the credential acts as. */
export interface Identity {
  readonly login: string;
  /** An App or an Actions token: GitHub signs what it commits without naming an author. */
  readonly bot: boolean;
  readonly ownEmails: readonly string[];
  /** Written into commits of personal tokens, so that they can be told from commits that the person makes by hand. */
  readonly author?: { readonly name: string; readonly email: string };
}

/** Finds out whom the credential acts as, once; failures are not remembered. */
export function createWhoAmI(client: Client): () => ForgeResult<Identity> {
  return remember(() => ('token' in client.auth ? identityOfToken(client) : identityOfApp(client)));
}

async function identityOfToken(client: Client): ForgeResult<Identity> {
  const user = await client.call('read the account of the token', UserAnswer, (octokit) =>
    octokit.rest.users.getAuthenticated(),
  );
  if (user.ok) {
    const { login, id } = user.value;
    // docs.github.com, "Setting your commit email address".
    const email = `${id}+${login}@users.noreply.${mailHostOf(client.baseUrl)}`;
    return ok({ login, bot: false, ownEmails: [email], author: { name: login, email } });
  }
  if (user.error.code !== 'forbidden') return user;
  // Installation tokens, GITHUB_TOKEN of Actions among them, may not ask for /user; GraphQL tells them who they are.
  const viewer = await client.call('read the account of the token', ViewerAnswer, async (octokit) => ({
    data: await octokit.graphql('query { viewer { login databaseId } }'),
  }));
  return viewer.ok ? ok(botIdentity(client, viewer.value.viewer.login, viewer.value.viewer.databaseId)) : viewer;
}

async function identityOfApp(client: Client): ForgeResult<Identity> {
  const app = await client.call('read the GitHub App', AppAnswer, (octokit) => octokit.rest.apps.getAuthenticated());
  if (!app.ok) return app;
  const login = `${app.value.slug}[bot]`;
  const user = await client.call('read the account of the GitHub App', UserAnswer, (octokit) =>
    octokit.rest.users.getByUsername({ username: login }),
  );
  // Without the account's id its own commits would look foreign.
  return user.ok ? ok(botIdentity(client, login, user.value.id)) : err(user.error);
}

/** Some Enterprise Servers write github.com's addresses and some their own: no person can have either. */
function botIdentity(client: Client, login: string, id: number): Identity {
  const hosts = [...new Set(['github.com', mailHostOf(client.baseUrl)])];
  const ownEmails = hosts.flatMap((host) => [
    `${id}+${login}@users.noreply.${host}`,
    `${login}@users.noreply.${host}`,
    `noreply@${host}`,
  ]);
  return { login, bot: true, ownEmails };
}
