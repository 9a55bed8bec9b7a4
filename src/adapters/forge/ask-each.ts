import { ok } from '../../domain/result.ts';
import type { ForgeResult } from '../../ports/forge.ts';

/** Requests at the same time, where one after the other would take long. */
const AT_ONCE = 5;

/** Asks about every item, a few at the same time; answers in their order. The first failure is the answer. */
export async function askEach<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => ForgeResult<Answer>,
): ForgeResult<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    for (const answer of await Promise.all(items.slice(at, at + AT_ONCE).map(ask))) {
      if (!answer.ok) return answer;
      answers.push(answer.value);
    }
  }
  return ok(answers);
}
