import type { Comment } from '../../ports/forge.ts';

/** What somebody asks Remendo to do, in a comment on one of its pull requests. */
export interface Command {
  readonly name: 'revert';
  /** Id of the comment. */
  readonly comment: number;
  readonly by: string;
  /** False: the forge does not say that this person may write to the repository. */
  readonly trusted: boolean;
}

/** Stands on a line of its own. */
export const REVERT_COMMAND = '/remendo revert';

/** CommonMark: a fence is closed by at least as many of the same signs, with nothing behind them. */
const FENCE = /^ {0,3}(```+|~~~+)(.*)$/;

/**
 * The newest command of somebody who may write to the repository; without any, the newest of others, who get an answer too.
 * Text that is quoted, in a code block or in an HTML comment asks for nothing; nor do Remendo's own comments, which hold
 * `marker`.
 */
export function newestCommand(comments: readonly Comment[], marker: string): Command | undefined {
  const asking = comments
    .filter(({ body }) => !body.includes(marker) && asksForRevert(body))
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || a.id - b.id);
  const newest = asking.findLast(({ trusted }) => trusted) ?? asking.at(-1);
  return newest && { name: 'revert', comment: newest.id, by: newest.author, trusted: newest.trusted };
}

/** Whether a line outside code blocks and HTML comments is exactly the command. */
function asksForRevert(body: string): boolean {
  let fence: string | undefined;
  for (const line of body.replaceAll(/<!--[\s\S]*?(-->|$)/g, '').split(/\r?\n/)) {
    const [, mark, rest = ''] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true && rest.trim() === '') fence = undefined;
    } else if (mark !== undefined) fence = mark;
    else if (line.trimEnd() === REVERT_COMMAND) return true;
  }
  return false;
}
