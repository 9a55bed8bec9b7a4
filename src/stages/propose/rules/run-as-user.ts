import { getField } from '../../../domain/field-path.ts';
import { answersOf } from '../answers.ts';
import { containerOf, declaredPodSpec } from '../pod-template.ts';
import type { Proposer } from '../proposer.ts';

const answers = answersOf('rule', 'run-as-user');
const USER = ['securityContext', 'runAsUser'];

/** A container must not run as root and does: no rule can know a user that the image works with. */
export const runAsUser: Proposer = {
  origin: 'rule',
  name: 'run-as-user',
  causes: ['config/run-as-non-root'],
  propose({ declared, incident }) {
    const own = getField(containerOf(declared, incident)?.value ?? {}, USER);
    const user = own ?? getField(declaredPodSpec(declared) ?? {}, USER);
    const reason =
      user === 0
        ? 'the manifest asks for user 0 and for runAsNonRoot: which of the two is meant is not known, and'
        : 'the image runs as root or as a named user;';
    return Promise.resolve(answers.decline(`${reason} another user is never chosen by guess`));
  },
};
