import { answersOf } from '../answers.ts';
import type { Proposer } from '../proposer.ts';

const answers = answersOf('rule', 'run-as-user');

/** A container must not run as root and its image does: no rule can know a user that the image works with. */
export const runAsUser: Proposer = {
  origin: 'rule',
  name: 'run-as-user',
  causes: ['config/run-as-non-root'],
  propose: () =>
    Promise.resolve(
      answers.decline('the image runs as root or as a named user; another user is never chosen by guess'),
    ),
};
