import { createHash } from 'node:crypto';
import { ok } from '../../domain/result.ts';
import type { ForgeWriter } from '../../ports/forge.ts';

type CommitRequest = Parameters<ForgeWriter['commit']>[0];
type PullRequestRequest = Parameters<ForgeWriter['createPullRequest']>[0];
type PullRequestChange = Parameters<ForgeWriter['updatePullRequest']>[1];

/** What would have been written to a forge. */
export type Recorded =
  | { readonly kind: 'commit'; readonly request: CommitRequest; readonly sha: string }
  | { readonly kind: 'create-pull-request'; readonly request: PullRequestRequest }
  | { readonly kind: 'update-pull-request'; readonly number: number; readonly change: PullRequestChange }
  | { readonly kind: 'set-labels'; readonly number: number; readonly labels: readonly string[] }
  | { readonly kind: 'sticky-comment'; readonly number: number; readonly marker: string; readonly body: string }
  | { readonly kind: 'delete-branch'; readonly name: string };

/** A writer that writes nothing, and what it was asked to write. */
export interface Recorder {
  readonly writer: ForgeWriter;
  /** Oldest first; the last 1,000. */
  readonly records: readonly Recorded[];
}

const KEPT = 1000;
const NOWHERE = '0'.repeat(40);

/**
 * The write port of `observe` mode: it notes what would be written and says that it was done. It holds no connection and
 * no credential, so it cannot write. Pull requests get the number 0 and no URL; a commit gets a made-up SHA that depends
 * only on the request.
 */
export function createRecorder(options: { readonly now?: () => Date } = {}): Recorder {
  const now = options.now ?? (() => new Date());
  const records: Recorded[] = [];
  const heads = new Map<string, string>();
  const note = (record: Recorded): void => {
    records.push(record);
    if (records.length > KEPT) records.shift();
  };
  const writer: ForgeWriter = {
    async commit(request) {
      const sha = createHash('sha1').update(JSON.stringify(request)).digest('hex');
      heads.set(request.branch, sha);
      if (heads.size > KEPT) heads.delete(heads.keys().next().value ?? '');
      note({ kind: 'commit', request, sha });
      return ok(sha);
    },
    async createPullRequest(request) {
      note({ kind: 'create-pull-request', request });
      const at = now().toISOString();
      return ok({
        number: 0,
        url: '',
        state: 'open',
        title: request.title,
        body: request.body,
        head: { ref: request.head, sha: heads.get(request.head) ?? NOWHERE },
        base: { ref: request.base, sha: NOWHERE },
        labels: [],
        author: 'remendo',
        createdAt: at,
        updatedAt: at,
      });
    },
    async updatePullRequest(number, change) {
      note({ kind: 'update-pull-request', number, change });
      return ok(undefined);
    },
    async setLabels(number, labels) {
      note({ kind: 'set-labels', number, labels });
      return ok(undefined);
    },
    async stickyComment(number, marker, body) {
      note({ kind: 'sticky-comment', number, marker, body });
      return ok(undefined);
    },
    async deleteBranch(name) {
      note({ kind: 'delete-branch', name });
      return ok(undefined);
    },
  };
  return { writer, records };
}
