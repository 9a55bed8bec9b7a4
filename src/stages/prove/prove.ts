import type { CheckAnswer, CheckResult, Proof } from '../../domain/proof.ts';
import { verdictOf } from '../../domain/proof.ts';
import type { Check, ProveContext } from './check.ts';
import { apiServer } from './checks/api-server.ts';
import { exactRender } from './checks/exact-render.ts';
import { fits } from './checks/fits.ts';
import { guardrails } from './checks/guardrails.ts';
import { history } from './checks/history.ts';
import { liveDrift } from './checks/live-drift.ts';
import { minimal } from './checks/minimal.ts';
import { podAdmission } from './checks/pod-admission.ts';
import { references } from './checks/references.ts';

/** The checks of a proof, in the order they run and are shown. */
const CHECKS: readonly Check[] = [
  minimal,
  exactRender,
  apiServer,
  podAdmission,
  guardrails,
  references,
  fits,
  history,
  liveDrift,
];

/** Runs every check; a failed one does not stop the rest, so that a reviewer sees them all. */
export async function prove(context: ProveContext, checks: readonly Check[] = CHECKS): Promise<Proof> {
  const results: CheckResult[] = [];
  for (const check of checks) results.push({ name: check.name, ...(await answerOf(check, context)) });
  return verdictOf(results, new Set(context.policy.proof.tolerateUnknown));
}

async function answerOf(check: Check, context: ProveContext): Promise<CheckAnswer> {
  try {
    return await check.run(context);
  } catch (error) {
    return {
      result: 'unknown',
      code: 'broke-off',
      detail: `The check broke off: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
