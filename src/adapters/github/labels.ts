import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';
import { NEW_LABEL, labelChange } from '../forge/labels.ts';
import type { Client } from './client.ts';
import { LabelAnswer } from './schema.ts';

/** GitHub allows 100 labels on an issue. */
const MOST = 100;

/** Sets Remendo's labels of a pull request by adding and removing single ones, so that nobody else's are touched. */
export async function setLabels(client: Client, number: number, labels: readonly string[]): ForgeResult<void> {
  const { repo } = client;
  const answer = await client.list(`list the labels of ${number}`, LabelAnswer, MOST, (octokit, page) =>
    octokit.rest.issues.listLabelsOnIssue({ ...repo, ...page, issue_number: number }),
  );
  if (!answer.ok) return answer;
  const { missing, surplus } = labelChange(answer.value.items, labels);
  for (const name of missing) await makeLabel(client, name);
  if (missing.length > 0) {
    const added = await client.call(`label ${number}`, LabelAnswer.array(), (octokit) =>
      octokit.rest.issues.addLabels({ ...repo, issue_number: number, labels: missing }),
    );
    if (!added.ok) return added;
  }
  for (const { name } of surplus) {
    const removed = await client.call(`take label ${name} from ${number}`, LabelAnswer.array(), (octokit) =>
      octokit.rest.issues.removeLabel({ ...repo, issue_number: number, name }),
    );
    if (!removed.ok && removed.error.code !== 'not-found') return removed;
  }
  return ok(undefined);
}

/** Makes a label in Remendo's colour. Where that fails, putting it on makes it too, only in grey. */
async function makeLabel(client: Client, name: string): Promise<void> {
  const known = await client.call(`read label ${name}`, LabelAnswer, (octokit) =>
    octokit.rest.issues.getLabel({ ...client.repo, name }),
  );
  if (known.ok) return;
  const made = await client.call(`create label ${name}`, LabelAnswer, (octokit) =>
    octokit.rest.issues.createLabel({ ...client.repo, name, ...NEW_LABEL }),
  );
  if (!made.ok) client.log.debug({ label: name, error: made.error }, 'the label could not be made');
}
