import assert from 'node:assert/strict';
import { parseFieldPath } from '../../../../src/domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../../src/domain/json.ts';
import { answersOf, change } from '../../../../src/stages/propose/answers.ts';
import { propose } from '../../../../src/stages/propose/propose.ts';
import type { Proposed } from '../../../../src/stages/propose/propose.ts';
import type { ProposeContext } from '../../../../src/stages/propose/proposer.ts';
import { proposerWith } from '../llm/ask.ts';
import type { Case } from '../support/case.ts';
import { contextOf } from '../support/case.ts';

export const CONTAINER = 'spec.template.spec.containers[name=web]';
export const ROLLOUT = '2026-03-10T11:00:00Z';
const OWNER = (kind: string, name: string): JsonObject => ({ apiVersion: 'apps/v1', kind, name, controller: true });

/** A Deployment with one container of its own name. */
export function deployment(name: string, container: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `registry.example/shop/${name}:1.4.0`, ...container }], ...spec },
      },
    },
  };
}

/** A ReplicaSet of the Deployment `web`. */
export function replicaSet(name: string, made: string, ready = 0): JsonObject {
  const metadata = { name, namespace: 'shop', creationTimestamp: made, ownerReferences: [OWNER('Deployment', 'web')] };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: { selector: {} },
    status: { readyReplicas: ready },
  };
}

/** A pod of a ReplicaSet, with the status of its container `web`. */
export function pod(set: string, suffix: string, made: string, own: JsonObject, readySince?: string): JsonObject {
  const ready = readySince === undefined ? { status: 'False' } : { status: 'True', lastTransitionTime: readySince };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set}-${suffix}`,
      namespace: 'shop',
      creationTimestamp: made,
      labels: { app: 'web' },
      ownerReferences: [OWNER('ReplicaSet', set)],
    },
    spec: { containers: [{ name: 'web' }] },
    status: {
      phase: 'Running',
      startTime: made,
      conditions: [{ type: 'Ready', ...ready }],
      containerStatuses: [{ name: 'web', ready: readySince !== undefined, ...own }],
    },
  };
}

/** The status of a container that ended with code 1. */
export function crashing(restartCount: number, startedAt: string, finishedAt: string): JsonObject {
  return {
    restartCount,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt, finishedAt } },
  };
}

export interface Scripted {
  /** Object of the answer; `Deployment/web` when absent. */
  readonly object?: string;
  readonly field: string;
  readonly value: JsonValue;
}

type Given = Partial<Omit<Case, 'incident'>> & {
  readonly incident: Partial<Case['incident']> & { readonly cause: string };
};

/** A context with sensible defaults; NOW is 2026-03-10T12:00:00Z, as in all cases. */
export function world({ incident, ...given }: Given): ProposeContext {
  return contextOf({
    why: 'the workload fails',
    declared: [deployment('web')],
    cluster: [],
    blind: [],
    earlier: [],
    deployed: [],
    says: [],
    hides: [],
    ...given,
    incident: {
      object: 'Deployment/web',
      container: 'web',
      facts: {},
      affected: [],
      evidence: ['it fails'],
      ...incident,
    },
  });
}

/** What becomes of a scripted model's answer. */
export function modelSays(
  { object = 'Deployment/web', field, value }: Scripted,
  context: ProposeContext,
): Promise<Proposed> {
  const [kind = '', name = ''] = object.split('/');
  const operation = { op: 'replace', field, value: JSON.stringify(value) };
  const { proposer } = proposerWith(() => ({
    decision: 'fix',
    reason: 'I am quite sure of this',
    evidence: ['E1'],
    changes: [{ object: { kind, namespace: 'shop', name }, operations: [operation] }],
  }));
  return propose([proposer], context);
}

/** What becomes of the same change where a pattern names it. */
export function patternSays({ field, value }: Scripted, context: ProposeContext): Promise<Proposed> {
  const path = parseFieldPath(field);
  assert(path.ok);
  const operation = { op: 'replace', path: path.value, value } as const;
  return propose(
    [
      {
        origin: 'pattern',
        name: 'learned',
        causes: ['*'],
        propose: async () =>
          answersOf('pattern', 'pattern 1').fix(context, [change(context.declared.ref, operation)], 'confirmed before'),
      },
    ],
    context,
  );
}
