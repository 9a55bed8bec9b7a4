import { z } from 'zod';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { ApplicationRef } from '../../domain/source.ts';
import type { Client } from './client.ts';

const Version = z.object({ Version: z.string() });
const Permitted = z.object({ value: z.string() });

/** `v3.2.11`, with what a build adds. Argo CD tells it to everybody. Error codes: as Client. */
export async function versionOf(client: Client): Promise<Result<string, Problem>> {
  const answer = await client.get('/api/version', {}, Version);
  return answer.ok ? ok(answer.value.Version) : answer;
}

/** Asks for nothing of an Application that exists: an answer shows that the token's account may get it. Error codes: as Client. */
export async function mayGet(client: Client, { namespace, name }: ApplicationRef): Promise<Result<true, Problem>> {
  const path = `/api/v1/applications/${encodeURIComponent(name)}/managed-resources`;
  const answer = await client.get(path, { appNamespace: namespace, name: 'remendo-doctor' }, z.looseObject({}));
  return answer.ok ? ok(true) : answer;
}

/**
 * Whether the token's account may do something with an Application, by its name in Argo CD's RBAC: `PROJECT/NAME`, and
 * `PROJECT/NAMESPACE/NAME` outside of Argo CD's own namespace (operator-manual/rbac). Error codes: as Client.
 */
export async function mayDo(
  client: Client,
  action: 'sync',
  application: readonly string[],
): Promise<Result<boolean, Problem>> {
  const name = application.map(encodeURIComponent).join('/');
  const answer = await client.get(`/api/v1/account/can-i/applications/${action}/${name}`, {}, Permitted);
  return answer.ok ? ok(answer.value.value === 'yes') : answer;
}
