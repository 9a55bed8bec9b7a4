import type { Proof } from '../../domain/proof.ts';
import { findDeclared } from '../locate/location.ts';
import type { Check, ProveContext } from './check.ts';
import { apiServer } from './checks/api-server.ts';
import { exactRender } from './checks/exact-render.ts';
import { fits } from './checks/fits.ts';
import { guardrails } from './checks/guardrails.ts';
import { minimal } from './checks/minimal.ts';
import { podAdmission } from './checks/pod-admission.ts';
import { references } from './checks/references.ts';
import { prove } from './prove.ts';

/**
 * The proof of a revert; `fix` is the merged one that is put back. What the edit is must hold as for any fix: bytes, render,
 * guardrails, API server. Whether the former values work is told and does not decide: they may well be what failed first.
 */
export function proveRevert(context: ProveContext): Promise<Proof> {
  const declared = context.pairs[0]?.before ?? [];
  // A generated name has changed with the content that was merged.
  const changes = context.fix.changes.map((change) => ({
    ...change,
    object: findDeclared(declared, change.object)?.ref ?? change.object,
  }));
  return prove({ ...context, fix: { ...context.fix, changes } }, [
    minimal,
    undoesTheFix,
    apiServer,
    toldOnly(podAdmission),
    guardrails,
    toldOnly(references),
    toldOnly(fits),
    unchangedSince,
    noDrift,
  ]);
}

/** The way back is exact where going forward again, with the merged fix and what it tested, gives what is rendered now. */
const undoesTheFix: Check = {
  name: 'exact-render',
  async run(context) {
    const pairs = context.pairs.map((pair) => ({ ...pair, before: pair.after, after: pair.before }));
    const { result, detail, code } = await exactRender.run({ ...context, pairs });
    const way = 'Seen from the former state forward: ';
    return { result, detail: result === 'pass' ? detail : `${way}${detail}`, ...(code ? { code } : {}) };
  },
};

function toldOnly(check: Check): Check {
  return {
    name: check.name,
    async run(context) {
      const answer = await check.run(context);
      if (answer.result === 'pass' || answer.result === 'not-applicable') return answer;
      return { result: 'not-applicable', detail: `Told, and does not decide about a revert. ${answer.detail}` };
    },
  };
}

const unchangedSince: Check = {
  name: 'history',
  async run({ humanPullRequests = [] }) {
    const [other] = humanPullRequests;
    const beside = other ? ` Pull request #${other.number} of somebody else touches the same file.` : '';
    return { result: 'pass', detail: `Nobody changed the lines that are put back since the merge.${beside}` };
  },
};

const noDrift: Check = {
  name: 'live-drift',
  async run() {
    return { result: 'not-applicable', detail: 'A revert is about Git, whatever the cluster runs now.' };
  },
};
