import type { ChangeSet } from '../../../src/domain/change-set.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { createRedactor } from '../../../src/domain/redact.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import type { DeliverPorts } from '../../../src/stages/deliver/deliver.ts';
import type { Delivered } from '../../../src/stages/deliver/delivery.ts';
import { deliver } from '../../../src/stages/deliver/deliver.ts';
import type { Delivery } from '../../../src/stages/deliver/delivery.ts';
import type { Ledger } from '../../../src/stages/deliver/ledger.ts';
import { readLedger } from '../../../src/stages/deliver/ledger.ts';
import type { End } from '../../../src/stages/deliver/state-block.ts';
import { writeOutcome } from '../../../src/stages/deliver/sticky.ts';
import { mainOf, value } from '../../adapters/github/client.ts';
import { DEPLOYMENT } from '../../sandbox/github/world.ts';

export const FINGERPRINT = '0123456789abcdef';
export const PATH = 'apps/web/deployment.yaml';
export const BRANCH = `remendo/shop-web-${FINGERPRINT}`;
const OBJECT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1' };

/** Limits that a test does not run into by accident. */
export const POLICY: Policy = {
  ...DEFAULT_POLICY,
  limits: { ...DEFAULT_POLICY.limits, openPullRequests: 100, pullRequestsPerHour: 100 },
};

export const redact = createRedactor([]);
export const hide = async (text: string): Promise<string> => redact(text);

export function incident(more: Partial<Incident> = {}): Incident {
  return {
    fingerprint: FINGERPRINT,
    cause: 'memory/oom-killed',
    severity: 'critical',
    object: OBJECT,
    container: 'web',
    containerType: 'container',
    summary: 'container web is out of memory; its memory limit is 64Mi',
    since: '2026-11-21T08:00:00Z',
    evidence: [{ id: 'E1', object: POD, path: 'status.containerStatuses[name=web].lastState', text: 'OOMKilled' }],
    facts: {},
    affected: [POD],
    explains: [],
    stillServing: false,
    ...more,
  };
}

/** A proven fix of `acme/shop` that appends `line` to the manifest. */
export function delivery(baseRevision: string, more: Partial<Delivery> = {}, line = 'fixed: true\n'): Delivery {
  const path = [
    'spec',
    'template',
    'spec',
    'containers',
    { key: 'name', value: 'web' },
    'resources',
    'limits',
    'memory',
  ];
  return {
    incident: incident(),
    location: {
      application: { namespace: 'argocd', name: 'shop' },
      spec: { destination: {} },
      sourceIndex: 0,
      source: { repoURL: 'https://forge.example/acme/shop' },
      repoURL: 'https://forge.example/acme/shop',
      targetRevision: 'HEAD',
      path: 'apps/web',
    },
    fix: {
      kind: 'fix',
      origin: 'rule',
      name: 'memory',
      rationale: 'The limit is doubled.',
      changes: [
        {
          object: OBJECT,
          operations: [
            { op: 'test', path, value: '64Mi' },
            { op: 'replace', path, value: '128Mi' },
          ],
        },
      ],
      evidence: ['E1'],
    },
    changeSet: changeSet(baseRevision, DEPLOYMENT, `${DEPLOYMENT}${line}`),
    proof: { verdict: 'proven', checks: [{ name: 'minimal', result: 'pass', detail: 'One line.' }] },
    cluster: 'test',
    targetRevision: 'HEAD',
    ...more,
  };
}

export function changeSet(baseRevision: string, before: string, after: string): ChangeSet {
  const file = { path: PATH, before, after, spans: [], diff: `@@\n ${before}+${after}`, line: 4 };
  return { repoURL: 'https://forge.example/acme/shop', baseRevision, files: [file], edits: [], place: 'the manifest' };
}

export async function portsOn(forge: Forge, more: Partial<DeliverPorts> = {}): Promise<DeliverPorts> {
  const repository = value(await forge.reader.repository());
  return { forge, repository, clock: createSystemClock(), policy: POLICY, hide, ...more };
}

export async function ledgerOf({ forge, repository }: Pick<DeliverPorts, 'forge' | 'repository'>): Promise<Ledger> {
  return value(await readLedger(forge.reader, repository.login)).fixes;
}

/** One delivery as a pass makes it: with a ledger that was read just before. */
export async function run(
  forge: Forge,
  more: Partial<DeliverPorts> = {},
  change: (base: string) => Delivery = (base) => delivery(base),
): Promise<Delivered> {
  const ports = await portsOn(forge, more);
  return deliver(ports, change(await mainOf(forge)), await ledgerOf(ports));
}

/** Ends a pull request as the engine does: comment, block and label. */
export async function end(forge: Forge, number: number, as: End): Promise<void> {
  const pull = value(await forge.reader.pullRequest(number));
  value(await writeOutcome(forge, pull, { version: 1, end: as, detail: 'In a test.' }, hide));
}

/** A clock that stands still. */
export function stoppedAt(time: string): Clock {
  return { now: () => new Date(time), sleep: async () => undefined };
}
