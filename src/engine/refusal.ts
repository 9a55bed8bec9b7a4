import type { Decision } from '../domain/outcome.ts';
import type { Mending } from './mend.ts';

/** Why a mending must not become a pull request; undefined where it may. */
export function refusal({ chosen, why, refuted, changeSet, proof }: Mending): Decision | undefined {
  if (!chosen && refuted) {
    return {
      outcome: 'refuted-before',
      reason: 'the only fix that was found was tried or rejected for this failure before',
    };
  }
  if (!chosen) return { outcome: 'no-fix', reason: why };
  if (!changeSet?.ok) return { outcome: 'not-editable', reason: changeSet?.error.message ?? 'nothing was edited' };
  if (proof?.verdict === 'proven') return undefined;
  const failed = proof?.checks.find(({ result }) => result === 'fail');
  if (failed) {
    const human = failed.code === 'human-pull-request' || failed.code === 'human-commit';
    const reason = `${failed.name}: ${failed.detail}`;
    return { outcome: human ? 'human-change-in-progress' : 'refused-by-proof', reason };
  }
  const open = proof?.checks.filter(({ result }) => result === 'unknown').map(({ name }) => name) ?? [];
  return { outcome: 'proof-incomplete', reason: `could not check: ${open.join(', ')}` };
}
