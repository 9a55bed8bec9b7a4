import { sameObject } from '../../../domain/object-ref.ts';
import type { ProposeContext } from '../proposer.ts';
import type { Edited } from './edited.ts';

/** Causes for which no container was started, the fields of a pod that decide them, and how that is told. */
const DECIDED: readonly { readonly cause: RegExp; readonly fields: ReadonlySet<string>; readonly told: string }[] = [
  {
    cause: /^image\//,
    fields: new Set([
      'image',
      'imagePullPolicy',
      'imagePullSecrets',
      'serviceAccountName',
      'serviceAccount',
      'nodeSelector',
      'nodeName',
      'affinity',
      'tolerations',
      'runtimeClassName',
    ]),
    told: 'the image cannot be pulled, and it changes neither the image nor the credentials nor the node that it is pulled with',
  },
  {
    cause: /^(?:config|volume)\/(?:configmap|secret|key)-missing$/,
    fields: new Set(['env', 'envFrom', 'volumes']),
    told: 'what the pod refers to is missing, and it changes neither that nor a reference',
  },
];

/** A container that was never started is not helped by how it would be started. */
export function startFact(edited: readonly Edited[], { incident, declared }: ProposeContext): string | undefined {
  const decided = DECIDED.find(({ cause }) => cause.test(incident.cause));
  if (!decided) return undefined;
  const decides = edited.some(
    ({ before, leaves }) =>
      !sameObject(before.ref, declared.ref) ||
      leaves.some(({ path }) => path.some((segment) => typeof segment === 'string' && decided.fields.has(segment))),
  );
  return decides ? undefined : decided.told;
}
