import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { applyOperations } from '../../../../src/domain/change.ts';
import { formatFieldPath, parseFieldPath } from '../../../../src/domain/field-path.ts';
import type { Incident } from '../../../../src/domain/incident.ts';
import type { JsonObject, JsonValue } from '../../../../src/domain/json.ts';
import { JsonObjectSchema, JsonValueSchema } from '../../../../src/domain/kubernetes/json-schema.ts';
import { PROJECTIONS, isKind } from '../../../../src/domain/kubernetes/kinds.ts';
import { formatRef, refOf, sameObject } from '../../../../src/domain/object-ref.ts';
import type { ObjectRef } from '../../../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../../../src/domain/policy.ts';
import type { Answer } from '../../../../src/domain/proposal.ts';
import { err, ok } from '../../../../src/domain/result.ts';
import { noObjects } from '../../../../src/domain/snapshot.ts';
import type { Snapshot } from '../../../../src/domain/snapshot.ts';
import type { RenderedObject } from '../../../../src/domain/source.ts';
import type { Registry, RegistryError } from '../../../../src/ports/registry.ts';
import { leafChanges } from '../../../../src/stages/propose/object-diff.ts';
import type { ProposeContext, SourceVersion } from '../../../../src/stages/propose/proposer.ts';
import { STILL } from './world.ts';

const Edit = z.record(z.string(), JsonValueSchema);
/** A case file: one document with all that a source of fixes may look at, and what it should answer. */
const CaseFile = z.strictObject({
  /** Why the answer is right, in a sentence. */
  why: z.string(),
  incident: z.strictObject({
    cause: z.string(),
    object: z.string(),
    container: z.string().optional(),
    since: z.string().optional(),
    facts: z.record(z.string(), z.unknown()).default({}),
    affected: z.array(z.string()).default([]),
    evidence: z.array(z.string()).default([]),
  }),
  /** What the Application declares. */
  declared: z.array(JsonObjectSchema),
  cluster: z.array(JsonObjectSchema).default([]),
  blind: z.array(z.string()).default([]),
  /** Earlier versions, newest first: fields of declared objects that were different (null: absent). */
  earlier: z
    .array(z.strictObject({ at: z.string(), subject: z.string(), before: z.record(z.string(), Edit) }))
    .default([]),
  /** Revisions that Argo CD deployed: index of a version (0 is the head) and when. */
  deployed: z.array(z.strictObject({ version: z.number(), at: z.string() })).default([]),
  /** Repository -> tags; absent: the registry is not asked. */
  registry: z.record(z.string(), z.array(z.string())).optional(),
  registryError: z.enum(['unauthorized', 'rate-limited', 'unreachable']).optional(),
  log: z.string().optional(),
  /** The Application's source type as Argo CD tells it. */
  sourceType: z.string().optional(),
  /** Either fields of objects after the fix (null: gone), or words of the reason why there is none. */
  fix: z.record(z.string(), Edit).optional(),
  declined: z.string().optional(),
  /** The source has nothing to say. */
  silent: z.literal(true).optional(),
  /** Words that the rationale must hold, and words that it must not. */
  says: z.array(z.string()).default([]),
  hides: z.array(z.string()).default([]),
});
export type Case = z.infer<typeof CaseFile>;

const NOW = '2026-03-10T12:00:00Z';

/** Reads the cases of a file: one YAML document each. */
export function readCases(file: string): Case[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return CaseFile.parse(document.toJS());
  });
}

function rendered(object: JsonObject): RenderedObject {
  const ref = refOf(object);
  assert(ref, JSON.stringify(object));
  return { ref, object };
}

function find(objects: readonly RenderedObject[], name: string): RenderedObject {
  const object = objects.find(({ ref }) => `${ref.kind}/${ref.name}` === name);
  assert(object, `no ${name} among ${objects.map(({ ref }) => formatRef(ref)).join(', ')}`);
  return object;
}

/** A copy of an object with fields set, or removed where the value is null. */
function withFields(object: JsonObject, fields: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.entries(fields).reduce((now, [field, value]) => {
    const path = parseFieldPath(field);
    assert(path.ok, field);
    const operation =
      value === null
        ? ({ op: 'remove', path: path.value } as const)
        : ({ op: 'add', path: path.value, value } as const);
    const applied = applyOperations(now, [operation]);
    assert(applied.ok, `${field}: ${JSON.stringify(applied)}`);
    return applied.value.object;
  }, object);
}

function snapshotOf({ cluster, blind }: Case): Snapshot {
  const objects: Record<string, unknown[]> = noObjects();
  for (const raw of cluster) {
    const { kind } = raw;
    assert(typeof kind === 'string' && isKind(kind));
    objects[kind]?.push(PROJECTIONS[kind].parse(raw));
  }
  return {
    cluster: 'test',
    takenAt: NOW,
    objects: objects as unknown as Snapshot['objects'],
    blind: blind.map((kind) => ({ kind: kind as Snapshot['blind'][number]['kind'], reason: 'forbidden' })),
  };
}

export function registryOf(
  tags: Readonly<Record<string, readonly string[]>> | undefined,
  failure?: Case['registryError'],
): Registry {
  const code: RegistryError['code'] = failure ?? 'not-configured';
  const off = err({ code, message: `registry: ${code}` });
  return {
    tags: async ({ registry, repository }) => {
      if (!tags || failure) return off;
      const known = tags[`${registry}/${repository}`];
      return known ? ok(known) : err({ code: 'not-found' as const, message: `${repository} does not exist` });
    },
    exists: async ({ registry, repository, tag = 'latest' }) =>
      !tags || failure ? off : ok(tags[`${registry}/${repository}`]?.includes(tag) ?? false),
  };
}

function refFrom(text: string, namespace: string): ObjectRef {
  const [kind = '', name = ''] = text.split('/');
  const apiVersion = ['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet'].includes(kind)
    ? 'apps/v1'
    : kind.endsWith('Job')
      ? 'batch/v1'
      : 'v1';
  return { apiVersion, kind, namespace, name };
}

function commit(index: number, at: string, subject: string): SourceVersion['commit'] {
  const author = { author: 'Ada', email: 'ada@shop.example' };
  return { revision: sha(index), ...author, committedAt: at, subject, parents: [] };
}

function sha(index: number): string {
  return String(index).repeat(7).padEnd(40, 'a');
}

/** The context of a case: siblings are what is declared, the first version is the head. */
export function contextOf(one: Case): ProposeContext {
  const siblings = one.declared.map(rendered);
  const declared = find(siblings, one.incident.object);
  const namespace = declared.ref.namespace ?? 'shop';
  const versions: SourceVersion[] = [];
  let objects: readonly RenderedObject[] = siblings;
  for (const [index, { at, subject, before }] of one.earlier.entries()) {
    versions.push({ commit: commit(index, at, subject), objects });
    objects = objects.map((object) => {
      const fields = before[`${object.ref.kind}/${object.ref.name}`];
      return fields ? rendered(withFields(object.object, fields)) : object;
    });
  }
  versions.push({ commit: commit(one.earlier.length, '2026-01-01T00:00:00Z', 'as it was'), objects });
  const incident: Incident = {
    fingerprint: '0123456789abcdef',
    cause: one.incident.cause,
    severity: 'critical',
    object: declared.ref,
    ...(one.incident.container === undefined ? {} : { container: one.incident.container }),
    summary: one.why,
    ...(one.incident.since === undefined ? {} : { since: one.incident.since }),
    evidence: one.incident.evidence.map((text, i) => ({ id: `E${i + 1}`, object: declared.ref, text })),
    facts: one.incident.facts,
    affected: one.incident.affected.map((text) => refFrom(text, namespace)),
    explains: [],
    stillServing: false,
  };
  const source = { repoURL: 'https://git.shop.example/gitops.git', path: 'shop' };
  return {
    incident,
    snapshot: snapshotOf(one),
    policy: DEFAULT_POLICY,
    location: {
      application: { namespace: 'argocd', name: 'shop' },
      spec: { source, destination: { namespace } },
      sourceIndex: 0,
      source,
      repoURL: source.repoURL,
      targetRevision: 'main',
      path: 'shop',
    },
    applicationStatus: {
      ...(one.sourceType === undefined ? {} : { sourceType: one.sourceType }),
      history: one.deployed.map(({ version, at }) => ({ revision: sha(version), deployedAt: at, deployStartedAt: at })),
    },
    declared,
    siblings,
    async *versions() {
      yield* versions;
    },
    registry: registryOf(one.registry, one.registryError),
    logs: async () => (one.log === undefined ? err({ code: 'log-unavailable', message: 'none' }) : ok(one.log)),
    clock: STILL,
  };
}

/** Checks an answer against what the case expects: the exact effect of a fix, on exactly the objects named. */
export function check(one: Case, answer: Answer | undefined, context: ProposeContext): void {
  if (one.silent) return assert.equal(answer, undefined, `${one.why}: ${JSON.stringify(answer)}`);
  if (one.declined !== undefined) {
    assert.equal(answer?.kind, 'declined', `${one.why}: ${JSON.stringify(answer)}`);
    assert(
      answer.kind === 'declined' && answer.reason.includes(one.declined),
      `${one.why}\n${answer.kind === 'declined' ? answer.reason : ''}`,
    );
    return;
  }
  assert.equal(answer?.kind, 'fix', `${one.why}: ${JSON.stringify(answer)}`);
  assert(answer.kind === 'fix');
  const effects: Record<string, Record<string, JsonValue>> = {};
  for (const { object, operations } of answer.changes) {
    const sibling = context.siblings.find(({ ref }) => sameObject(ref, object));
    assert(sibling, formatRef(object));
    assert(
      operations.every(
        ({ op }, i) => op === 'test' || op === 'add' || operations.slice(0, i).some((other) => other.op === 'test'),
      ),
    );
    const applied = applyOperations(sibling.object, operations);
    assert(applied.ok, JSON.stringify(applied));
    const leaves = leafChanges(sibling.object, applied.value.object);
    effects[`${object.kind}/${object.name}`] = Object.fromEntries(
      leaves.map(({ path, to }) => [formatFieldPath(path), to ?? null]),
    );
  }
  assert.deepEqual(effects, one.fix, one.why);
  for (const words of one.says) assert(answer.rationale.includes(words), `${words} not in: ${answer.rationale}`);
  for (const words of one.hides) assert(!answer.rationale.includes(words), `${words} in: ${answer.rationale}`);
}
