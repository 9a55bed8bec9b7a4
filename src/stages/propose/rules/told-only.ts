import { answersOf } from '../answers.ts';
import type { Proposer } from '../proposer.ts';

const answers = answersOf('rule', 'told-only');

/** Why no rule edits anything, and what people can do instead, by cause. */
const REASONS: Readonly<Record<string, string>> = {
  'storage/not-provisioned':
    'no manifest of the Application mends this: the provisioner that the class names has to be installed, or to run',
  'scheduling/volume-elsewhere':
    'no manifest of the Application mends this: a volume does not follow its pod, so there must be room where it is',
  'memory/node-out-of-memory':
    'the node as a whole ran out of memory, so the limit of this container is not what ended it: the node has to hold less, or more',
  'autoscaler/request-missing': 'how much the container needs is not known from here',
  'autoscaler/several-for-one': 'which of the autoscalers is wanted is not known from here',
  'disruption/no-matching-pods': 'a PodDisruptionBudget is policy, which is left to people',
};

/** Says in words what is known of failures that no rule can mend, whatever the manifests hold. */
export const toldOnly: Proposer = {
  origin: 'rule',
  name: 'told-only',
  causes: Object.keys(REASONS),
  async propose({ incident }) {
    const reason = REASONS[incident.cause];
    return reason === undefined ? undefined : answers.decline(reason);
  },
};
