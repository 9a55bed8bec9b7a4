import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { PermissionAnswer } from './schema.ts';

/**
 * Tells whether an account may write to the repository. Gitea tells that only to administrators of the repository; where
 * it will not say, the answer is no. Where it could not be asked, that is an error, so that a command is neither obeyed
 * nor dropped by accident. Each account is asked about once: make one for each reading. Who writes only through a team
 * with rights for single units is called `none` by Gitea 1.26: not trusted either.
 */
export function createTrust(client: Client): (login: string) => ForgeResult<boolean> {
  const asked = new Map<string, ForgeResult<boolean>>();
  const ask = async (login: string): ForgeResult<boolean> => {
    const path = below(client.repo, 'collaborators', login, 'permission');
    const answer = await client.call(`read the permission of ${login}`, PermissionAnswer, { method: 'GET', path });
    if (answer.ok) return ok(['owner', 'admin', 'write'].includes(answer.value.permission));
    return answer.error.code === 'forbidden' || answer.error.code === 'not-found' ? ok(false) : answer;
  };
  return (login) => {
    const answer = asked.get(login) ?? ask(login);
    asked.set(login, answer);
    return answer;
  };
}
