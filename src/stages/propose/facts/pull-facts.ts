import { sameObject } from '../../../domain/object-ref.ts';
import type { ProposeContext } from '../proposer.ts';
import type { Edited } from './edited.ts';

/** Fields of a pod that decide which image is pulled, with which credentials, and on which node. */
const DECIDE: ReadonlySet<string> = new Set([
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
]);

/** An image that cannot be pulled: a container that was never started is not helped by how it would be started. */
export function pullFact(edited: readonly Edited[], { incident, declared }: ProposeContext): string | undefined {
  if (!incident.cause.startsWith('image/')) return undefined;
  const decides = edited.some(
    ({ before, leaves }) =>
      !sameObject(before.ref, declared.ref) ||
      leaves.some(({ path }) => path.some((segment) => typeof segment === 'string' && DECIDE.has(segment))),
  );
  return decides
    ? undefined
    : 'the image cannot be pulled, and it changes neither the image nor the credentials nor the node that it is pulled with';
}
