import type { Pattern } from '../../../domain/pattern.ts';
import { shapeOf, trustOf } from '../../../domain/pattern.ts';
import type { Answer } from '../../../domain/proposal.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { instantiate } from './instantiate.ts';

/** The best pattern must be this much more trusted than any other that would do something else. */
const CLEAR_MARGIN = 0.1;

/** Proposes what was verified before on incidents of the same kind, cause and shape. Costs no model call. */
export function createPatternProposer(patterns: () => Promise<readonly Pattern[]>): Proposer {
  return {
    origin: 'pattern',
    name: 'learned',
    causes: ['*'],
    propose: async (context) => recall(await patterns(), context),
  };
}

/** The answer of the patterns that fit an incident; undefined where none does. */
export function recall(
  patterns: readonly Pattern[],
  context: Pick<ProposeContext, 'incident' | 'declared' | 'policy' | 'clock'>,
): Answer | undefined {
  const { incident, declared, policy, clock } = context;
  const shape = shapeOf(incident).join();
  const ranked = patterns
    .filter(
      ({ kind, cause, shape: own }) =>
        kind === incident.object.kind && cause === incident.cause && own.join() === shape,
    )
    .map((pattern) => ({ pattern, trust: trustOf(pattern, clock.now(), policy.patterns.halfLifeDays) }))
    .flatMap(({ pattern, trust }) => {
      const target = { kind: declared.ref.kind, object: declared.object, container: incident.container };
      const operations = pattern.change.map((change) => instantiate(change, target));
      return operations.every((item) => item !== undefined) ? [{ pattern, trust, operations: operations.flat() }] : [];
    })
    .sort((a, b) => b.trust - a.trust);
  const [best, second] = ranked;
  if (!best) return undefined;
  const name = `pattern ${best.pattern.id}`;
  const counts = `${best.pattern.verified} verified, ${best.pattern.refuted} refuted, ${best.pattern.rejected} rejected, trust ${best.trust.toFixed(2)}`;
  if (best.trust < policy.patterns.minimumTrust) {
    return {
      kind: 'declined',
      origin: 'pattern',
      name,
      reason: `A learned pattern fits, but is not trusted enough (${counts}).`,
    };
  }
  if (second && best.trust - second.trust < CLEAR_MARGIN) {
    return {
      kind: 'declined',
      origin: 'pattern',
      name,
      reason: 'Two learned patterns that do different things are trusted alike.',
    };
  }
  const from = best.pattern.sources.at(-1);
  return {
    kind: 'fix',
    origin: 'pattern',
    name,
    rationale: `The same change was confirmed before on failures of this kind (${counts}).${from === undefined ? '' : ` Last learned from ${from}.`}`,
    changes: [{ object: declared.ref, operations: best.operations }],
    evidence: incident.evidence.slice(0, 1).map(({ id }) => id),
  };
}
