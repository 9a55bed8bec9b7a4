import { z } from 'zod';
import { parseJson } from '../../domain/json.ts';
import { apiPath } from '../kubernetes/answer.ts';
import { HarmfulRequest } from '../kubernetes/transport.ts';
import type { Guard } from '../kubernetes/transport.ts';

/** Which Lease decides who works. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** API group and version of the Lease. */
export const LEASE_API = 'coordination.k8s.io/v1';

const Named = z.object({
  apiVersion: z.literal(LEASE_API),
  kind: z.literal('Lease'),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
});

/** Lets requests to one Lease through and nothing else: reading it, making it, replacing it. Never deleting. */
export function onlyLease({ namespace, name }: LeaseName): Guard {
  const all = apiPath(LEASE_API, ['leases'], namespace);
  const one = apiPath(LEASE_API, ['leases', name], namespace);
  return (method, path, query, body) => {
    const isRead = method === 'GET' && path === one;
    const isWrite = (method === 'PUT' && path === one) || (method === 'POST' && path === all);
    const written = isWrite ? Named.safeParse(parseJson(body ?? '')) : undefined;
    const itself =
      written?.success === true && written.data.metadata.name === name && written.data.metadata.namespace === namespace;
    if (query.size > 0 || !(isRead || itself)) {
      throw new HarmfulRequest(`refused to send ${method} ${path}: it is not about the Lease ${namespace}/${name}`);
    }
  };
}
