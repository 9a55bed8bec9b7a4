import { z } from 'zod';
import { err, ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { remember } from '../forge/remember.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { PublicUserAnswer, UserAnswer } from './schema.ts';

/** Whom the token acts as. */
export interface Identity {
  readonly login: string;
  readonly ownEmails: readonly string[];
  /** Written into commits, so that they can be told from commits that the account's owner makes by hand. */
  readonly author: { readonly name: string; readonly email: string };
  /** Whether the server has a key that it may sign with; its rules (`CRUD_ACTIONS`) decide when it does. */
  readonly mayBeSigned: boolean;
}

/** Finds out whom the token acts as, once; failures are not remembered. */
export function createWhoAmI(client: Client): () => ForgeResult<Identity> {
  return remember(() => identify(client));
}

async function identify(client: Client): ForgeResult<Identity> {
  const user = await client.call('read the account of the token', UserAnswer, { method: 'GET', path: 'user' });
  if (!user.ok) return user;
  const { id, login } = user.value;
  const hidden = await hiddenEmail(client, login);
  if (!hidden.ok) return hidden;
  // models/user/user.go, GetPlaceholderEmail; NO_REPLY_ADDRESS is `noreply.` and the domain unless configured.
  const usual = `${id}+${login.toLowerCase()}@noreply.${new URL(client.apiUrl).hostname}`;
  const email = hidden.value ?? usual;
  const signers = await signingEmails(client);
  const ownEmails = [...new Set([email, usual, ...(signers ?? [])])];
  return ok({ login, ownEmails, author: { name: login, email }, mayBeSigned: signers !== undefined });
}

/** The address by which the server knows the account in commits without telling its mailbox; strangers are shown it. */
async function hiddenEmail(client: Client, login: string): ForgeResult<string | undefined> {
  const request = { method: 'GET', path: below('users', login), anonymous: true } as const;
  const answer = await client.call('read the public profile of the account', PublicUserAnswer, request);
  if (answer.ok) return ok(answer.value.email.includes(`+${login.toLowerCase()}@`) ? answer.value.email : undefined);
  const { code } = answer.error;
  // A server may show nothing to strangers.
  return code === 'unauthorized' || code === 'forbidden' || code === 'not-found' ? ok(undefined) : err(answer.error);
}

/**
 * Addresses of the key that the server signs with; undefined where it has none. Under some trust models the signer is
 * written as the committer (services/repository/files/temp_repo.go, CommitTree).
 */
async function signingEmails(client: Client): Promise<readonly string[] | undefined> {
  const path = below(client.repo, 'signing-key.gpg');
  const answer = await client.call('read the signing key', z.string(), { method: 'GET', path, text: true });
  if (answer.ok) return emailsOf(answer.value);
  // "no signing key"; a key of another format is told in other words.
  return answer.error.message.includes('no signing key') ? undefined : [];
}

/** The user ids of an OpenPGP key stand in it as plain text: `Name <mailbox>` (RFC 9580, 5.11). */
function emailsOf(armoured: string): readonly string[] {
  const inside = /\n\r?\n([A-Za-z0-9+/=\r\n]+?)(?:\n=|\n-----END)/.exec(armoured)?.[1] ?? '';
  const text = Buffer.from(inside, 'base64').toString('latin1');
  return [...text.matchAll(/<([^<>@\s\p{Cc}]+@[^<>@\s\p{Cc}]+)>/gu)].flatMap(([, email]) => email ?? []);
}
