import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkPolicy, letsOut } from './network-policy.ts';

const policy = (egress: object[], policyTypes = ['Egress']): NetworkPolicy =>
  NetworkPolicy.parse({ spec: { policyTypes, egress } });
const to = (address: string, port: number, protocol: 'TCP' | 'UDP' = 'TCP') => ({ address, port, protocol });

test('a rule without ports or peers means all; no rule means none; another type says nothing', () => {
  assert.ok(letsOut(policy([{}]), to('10.0.0.1', 9)));
  assert.ok(!letsOut(policy([]), to('10.0.0.1', 9)));
  assert.ok(letsOut(policy([], ['Ingress']), to('10.0.0.1', 9)));
});

test('ports are of one protocol, TCP where none is named, and may be ranges', () => {
  const some = policy([{ ports: [{ port: 53, protocol: 'UDP' }, { port: 443 }, { port: 8000, endPort: 8010 }] }]);
  for (const one of [to('10.0.0.1', 443), to('10.0.0.1', 53, 'UDP'), to('10.0.0.1', 8010)])
    assert.ok(letsOut(some, one));
  for (const one of [to('10.0.0.1', 53), to('10.0.0.1', 443, 'UDP'), to('10.0.0.1', 8011)])
    assert.ok(!letsOut(some, one));
  assert.ok(letsOut(policy([{ ports: [{ protocol: 'UDP' }] }]), to('10.0.0.1', 7, 'UDP')));
});

test('addresses are those of the blocks; a selector of pods means no address of a machine', () => {
  const block = policy([
    { to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 443 }] },
  ]);
  assert.ok(letsOut(block, to('10.2.0.1', 443)));
  assert.ok(!letsOut(block, to('10.1.0.1', 443)));
  assert.ok(!letsOut(block, to('192.168.0.1', 443)));
  assert.ok(!letsOut(block, to('10.2.0.1', 80)), 'peers and ports of one rule count together');
  assert.ok(!letsOut(policy([{ to: [{ podSelector: {} }] }]), to('10.2.0.1', 443)));
});
