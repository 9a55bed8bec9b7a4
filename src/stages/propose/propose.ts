import type { FieldPath } from '../../domain/field-path.ts';
import type { Change } from '../../domain/change.ts';
import { applyOperations } from '../../domain/change.ts';
import { sha256 } from '../../domain/fingerprint.ts';
import { canonicalJson } from '../../domain/json.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { Answer, Declined, Fix, Origin } from '../../domain/proposal.ts';
import { danglingMount } from './dangling-mount.ts';
import { factAgainst } from './facts/against.ts';
import { immutableReason } from './immutable.ts';
import { startsWith } from './object-diff.ts';
import type { ProposeContext, Proposer } from './proposer.ts';

/** Sources that do not look at the cluster themselves, by what their fix is called. */
const HELD_AGAINST_FACTS: Readonly<Partial<Record<Origin, string>>> = {
  pattern: 'the learned change',
  llm: "the model's answer",
};

/** What all sources said, the one fix that stands (or none), and why. */
export interface Proposed {
  readonly answers: readonly Answer[];
  readonly chosen: Fix | undefined;
  readonly why: string;
}

/** The sources that cost nothing to ask, in order of trust. A model is asked only where none of them has a fix. */
const OWN_SOURCES: readonly Origin[] = ['pattern', 'rule', 'history'];

/**
 * Asks the sources that know this cause, and decides: exactly one fix, or none. The first origin whose answers agree on one
 * fix wins; where the fixes of one origin differ, it has none. One exception: a value that the history puts back is known to
 * have worked, so *at the same field* it beats a pattern, and the step of a rule that can only estimate an amount. A rule
 * that names what exists (a tag, a key, a port) stands: the misspelt word was meant to be new.
 */
export async function propose(proposers: readonly Proposer[], context: ProposeContext): Promise<Proposed> {
  // Such an incident is something to know, and what was meant by it is not known.
  if (context.incident.severity === 'info')
    return { answers: [], chosen: undefined, why: 'it is told for information only, so nothing is proposed' };
  const asked = proposers.filter(({ causes }) =>
    causes.some((pattern) => coversCause(pattern, context.incident.cause)),
  );
  const answers = await ask(asked, OWN_SOURCES, context);
  const own = decide(answers, context);
  if (own.chosen) return { answers, ...own };
  const more = await ask(asked, ['llm'], context);
  if (more.length === 0) return { answers, ...own };
  const theirs = agreed(more, 'llm', context);
  const all = [...answers, ...more];
  if (theirs.fix) return { answers: all, chosen: theirs.fix, why: 'only the model has a fix' };
  return { answers: all, chosen: undefined, why: theirs.differ ? `${own.why}; the model's answers differ` : own.why };
}

/** Whether a proposer's cause pattern covers a cause: exact, a family (`image/*`), or all (`*`). */
export function coversCause(pattern: string, cause: string): boolean {
  return pattern === '*' || pattern === cause || (pattern.endsWith('/*') && cause.startsWith(pattern.slice(0, -1)));
}

async function ask(
  proposers: readonly Proposer[],
  origins: readonly Origin[],
  context: ProposeContext,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const origin of origins) {
    for (const proposer of proposers.filter((one) => one.origin === origin)) {
      const answer = await answerOf(proposer, context);
      if (answer) answers.push(answer);
    }
  }
  return answers;
}

async function answerOf(proposer: Proposer, context: ProposeContext): Promise<Answer | undefined> {
  const { origin, name } = proposer;
  const decline = (reason: string): Declined => ({ kind: 'declined', origin, name, reason });
  try {
    const answer = await proposer.propose(context);
    if (answer?.kind !== 'fix') return answer;
    const effect = effectOf(answer.changes, context);
    if (effect === undefined) return decline('its change does not apply to what Git declares now');
    if (effect === effectOf([], context)) return decline('its change changes nothing');
    const fixed = immutableReason(answer.changes, context);
    if (fixed !== undefined) return decline(fixed);
    const dangling = danglingMount(answer.changes, context);
    if (dangling !== undefined) return decline(dangling);
    const told = HELD_AGAINST_FACTS[origin];
    const fact = told === undefined ? undefined : await factAgainst(answer.changes, context);
    if (fact === undefined) return answer;
    return { kind: 'declined', origin, name: answer.name, reason: `${told} is refused: ${fact}` };
  } catch (error) {
    // One broken source must not keep the others from answering.
    return decline(`it failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decide(answers: readonly Answer[], context: ProposeContext): { chosen: Fix | undefined; why: string } {
  const differing: Origin[] = [];
  for (const origin of OWN_SOURCES) {
    const { fix, differ } = agreed(answers, origin, context);
    if (differ) differing.push(origin);
    if (!fix) continue;
    const putBack = origin === 'history' ? undefined : agreed(answers, 'history', context).fix;
    if (putBack && effectOf(putBack.changes, context) === effectOf(fix.changes, context)) {
      return { chosen: fix, why: `${fix.name} and the history name the same change` };
    }
    if (putBack && isEstimate(fix) && sameField(putBack.changes, fix.changes)) {
      return {
        chosen: putBack,
        why: `the history puts back the value that the field had, which is surer than the guess of ${fix.name}`,
      };
    }
    const chosen = putBack && isEstimate(fix) ? withOther(fix, putBack) : fix;
    return { chosen, why: `${origin} ${fix.name} is the first source with exactly one fix` };
  }
  const why =
    differing.length > 0 ? `the answers of ${differing.join(' and ')} differ, so none is used` : 'no source has a fix';
  return { chosen: undefined, why };
}

/** The one fix of an origin; `differ` where it has several that are not the same. */
function agreed(answers: readonly Answer[], origin: Origin, context: ProposeContext): { fix?: Fix; differ: boolean } {
  const fixes = answers.filter((answer) => answer.kind === 'fix').filter((fix) => fix.origin === origin);
  const [first] = fixes;
  const differ = new Set(fixes.map(({ changes }) => effectOf(changes, context))).size > 1;
  return first && !differ ? { fix: first, differ } : { differ };
}

/** What the Application declares after a change, as text; undefined where the change does not apply. */
function effectOf(changes: readonly Change[], { siblings }: ProposeContext): string | undefined {
  const after = new Map(siblings.map(({ ref, object }) => [refKey(ref), object]));
  for (const { object: ref, operations } of changes) {
    const before = after.get(refKey(ref));
    const applied = before && applyOperations(before, operations);
    if (!applied?.ok) return undefined;
    after.set(refKey(ref), applied.value.object);
  }
  return sha256(canonicalJson([...after.values()]));
}

/** A fix that tells the reviewer of the other one: an amount stands, for it undoes nothing that somebody wanted. */
function withOther(fix: Fix, putBack: Fix): Fix {
  const rationale = `${fix.rationale} The history offers another change instead, which may be the better one: ${putBack.rationale}`;
  return { ...fix, rationale };
}

/** Whether a fix rests on a guess: what was learned elsewhere, or an amount that nothing in the cluster names. */
function isEstimate({ origin, changes }: Fix): boolean {
  return (
    origin === 'pattern' ||
    fieldsOf(changes).every(({ path }) => path.includes('resources') || path.at(-1) === 'replicas')
  );
}

/** Whether every field that `guess` changes is one that `putBack` changes, or lies inside or around it. */
function sameField(putBack: readonly Change[], guess: readonly Change[]): boolean {
  const fields = fieldsOf(putBack);
  return fieldsOf(guess).every(({ key, path }) =>
    fields.some((other) => other.key === key && (startsWith(path, other.path) || startsWith(other.path, path))),
  );
}

function fieldsOf(changes: readonly Change[]): { key: string; path: FieldPath }[] {
  return changes.flatMap(({ object, operations }) =>
    operations.flatMap(({ op, path }) => (op === 'test' ? [] : [{ key: refKey(object), path }])),
  );
}
