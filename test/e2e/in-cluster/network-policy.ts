import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Connection } from './connections.ts';

const Block = z.object({ cidr: z.string(), except: z.array(z.string()).default([]) });
const Rule = z.object({
  ports: z
    .array(
      z.object({
        port: z.number().optional(),
        endPort: z.number().optional(),
        protocol: z.enum(['TCP', 'UDP']).default('TCP'),
      }),
    )
    .default([]),
  /** Only addresses: what is reached here are addresses of the machine, which no selector of pods means. */
  to: z.array(z.object({ ipBlock: Block.optional() })).default([]),
});

/** networking.k8s.io/v1 NetworkPolicy, what it says about connections that pods open. */
export const NetworkPolicy = z.object({
  spec: z.object({ policyTypes: z.array(z.string()), egress: z.array(Rule).default([]) }),
});
export type NetworkPolicy = z.infer<typeof NetworkPolicy>;

/** Whether a policy lets its pods open a connection: a rule without ports or peers means all of them. */
export function letsOut({ spec }: NetworkPolicy, { protocol, address, port }: Connection): boolean {
  if (!spec.policyTypes.includes('Egress')) return true;
  return spec.egress.some(
    ({ ports, to }) =>
      (ports.length === 0 ||
        ports.some(
          (one) =>
            one.protocol === protocol &&
            (one.port === undefined || (port >= one.port && port <= (one.endPort ?? one.port))),
        )) &&
      (to.length === 0 || to.some(({ ipBlock }) => ipBlock !== undefined && holds(ipBlock, address))),
  );
}

function holds({ cidr, except }: z.infer<typeof Block>, address: string): boolean {
  return within([cidr], address) && !within(except, address);
}

function within(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', bits = ''] = range.split('/');
    list.addSubnet(net, Number(bits), isIPv6(net) ? 'ipv6' : 'ipv4');
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
