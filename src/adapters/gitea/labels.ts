import { err, ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { NEW_LABEL, fold, labelChange } from '../forge/labels.ts';
import type { Client } from './client.ts';
import { below } from './client.ts';
import { Empty, LabelAnswer } from './schema.ts';

const MOST = 1000;

/** Sets Remendo's labels of a pull request by adding and removing single ones, so that nobody else's are touched. */
export async function setLabels(client: Client, number: number, labels: readonly string[]): ForgeResult<void> {
  const path = below(client.repo, 'issues', number, 'labels');
  const has = await client.call(`list the labels of ${number}`, LabelAnswer.array(), { method: 'GET', path });
  if (!has.ok) return has;
  const { missing, surplus } = labelChange(has.value, labels);
  if (missing.length > 0) {
    const ids = await idsOf(client, missing);
    if (!ids.ok) return ids;
    const request = { method: 'POST', path, body: { labels: ids.value } } as const;
    const added = await client.call(`label ${number}`, LabelAnswer.array(), request);
    if (!added.ok) return added;
  }
  for (const { id, name } of surplus) {
    const request = { method: 'DELETE', path: below(path, id) } as const;
    const removed = await client.call(`take label ${name} from ${number}`, Empty, request);
    if (!removed.ok && removed.error.code !== 'not-found') return removed;
  }
  return ok(undefined);
}

/** Ids of the repository's labels of these names; those that do not exist are made. */
async function idsOf(client: Client, names: readonly string[]): ForgeResult<readonly number[]> {
  const known = await listLabels(client);
  if (!known.ok) return known;
  const ids = [];
  for (const name of names) {
    const id = known.value.get(fold(name));
    const made = id === undefined ? await makeLabel(client, name) : ok(id);
    if (!made.ok) return made;
    ids.push(made.value);
  }
  return ok(ids);
}

/** Ids by name in lower case; Gitea allows several labels of one name, the first is taken. */
async function listLabels(client: Client): ForgeResult<ReadonlyMap<string, number>> {
  const answer = await client.list('list the labels', LabelAnswer, MOST, { path: below(client.repo, 'labels') });
  if (!answer.ok) return answer;
  return ok(new Map(answer.value.items.toReversed().map(({ id, name }) => [fold(name), id])));
}

async function makeLabel(client: Client, name: string): ForgeResult<number> {
  const body = { ...NEW_LABEL, name, color: `#${NEW_LABEL.color}` };
  const request = { method: 'POST', path: below(client.repo, 'labels'), body } as const;
  const made = await client.call(`create label ${name}`, LabelAnswer, request);
  if (made.ok) return ok(made.value.id);
  if (made.error.code !== 'unreachable') return made;
  // The answer was lost, the label may be there: a second one of the same name must not be made.
  const after = await listLabels(client);
  const id = after.ok ? after.value.get(fold(name)) : undefined;
  return id === undefined ? err(made.error) : ok(id);
}
