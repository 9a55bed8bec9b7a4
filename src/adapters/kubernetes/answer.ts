import type { Readable } from 'node:stream';
import { z } from 'zod';
import { parseJson } from '../../domain/json.ts';

/** meta/v1 Status, the fields used. */
export const Status = z.object({
  kind: z.literal('Status'),
  message: z.string().nullish(),
  reason: z.string().nullish(),
  code: z.number().nullish(),
  details: z
    .object({ causes: z.array(z.object({ field: z.string().nullish(), message: z.string().nullish() })).nullish() })
    .nullish(),
});
export type Status = z.infer<typeof Status>;

const MAX_ANSWER = 4 * 1024 * 1024;

/** The whole body as text, at most 4 MiB. Rejects where the connection breaks. */
export async function bodyText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a refused request says: the message of its Status, else the start of whatever a proxy in between wrote. */
export async function failureText(body: Readable): Promise<{ readonly message: string; readonly status?: Status }> {
  const text = await bodyText(body).catch(() => '');
  const status = Status.safeParse(parseJson(text));
  if (!status.success) return { message: text.replaceAll(/\s+/g, ' ').trim().slice(0, 300) };
  return { message: status.data.message ?? status.data.reason ?? '', status: status.data };
}

/** `/api/v1/...` or `/apis/group/version/...`, with an optional namespace. */
export function apiPath(apiVersion: string, segments: readonly string[], namespace?: string): string {
  const root = apiVersion.includes('/') ? 'apis' : 'api';
  const scope = namespace === undefined ? [] : ['namespaces', namespace];
  return `/${[root, ...apiVersion.split('/'), ...scope, ...segments].map(encodeURIComponent).join('/')}`;
}
