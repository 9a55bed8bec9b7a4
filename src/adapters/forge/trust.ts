import { ok } from '../../domain/result.ts';
import type { Comment, ForgeResult } from '../../ports/forge.ts';

/** What a forge's API tells of a comment. */
interface Written {
  readonly id: number;
  readonly user: string;
  readonly body: string;
  readonly created_at: string;
}

/**
 * Tells whether accounts may write to the repository, by what `mayWrite` reads. Where the forge will not say, the answer
 * is no; where it could not be asked, that is an error, so that a command is neither obeyed nor dropped by accident. Each
 * account is asked about once: make one for each reading.
 */
export function createTrust(
  mayWrite: (login: string) => ForgeResult<boolean>,
): (login: string) => ForgeResult<boolean> {
  const asked = new Map<string, ForgeResult<boolean>>();
  const ask = async (login: string): ForgeResult<boolean> => {
    const answer = await mayWrite(login);
    if (answer.ok) return answer;
    return answer.error.code === 'forbidden' || answer.error.code === 'not-found' ? ok(false) : answer;
  };
  return (login) => {
    const answer = asked.get(login) ?? ask(login);
    asked.set(login, answer);
    return answer;
  };
}

/** Comments in the port's words, in their order. The first account that could not be asked about is the answer. */
export async function withTrust<Answer extends Written>(
  comments: readonly Answer[],
  trustOf: (comment: Answer) => ForgeResult<boolean>,
): ForgeResult<readonly Comment[]> {
  const judged = [];
  for (const comment of comments) {
    const trusted = await trustOf(comment);
    if (!trusted.ok) return trusted;
    const { id, user: author, body, created_at: createdAt } = comment;
    judged.push({ id, author, trusted: trusted.value, body, createdAt });
  }
  return ok(judged);
}
