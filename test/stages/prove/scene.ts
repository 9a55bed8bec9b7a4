import { applyOperations } from '../../../src/domain/change.ts';
import type { Change } from '../../../src/domain/change.ts';
import { fingerprintOf } from '../../../src/domain/fingerprint.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { refOf, sameObject } from '../../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import type { RenderedObject } from '../../../src/domain/source.ts';
import { readDocuments } from '../../../src/domain/yaml/read.ts';
import type { SourceVersion } from '../../../src/ports/git.ts';
import type { ProveContext } from '../../../src/stages/prove/check.ts';

/** Declared objects of a text of YAML documents. */
export function rendered(yaml: string): readonly RenderedObject[] {
  const documents = readDocuments(yaml, 'test.yaml');
  if (!documents.ok) throw new Error(documents.error.message);
  return documents.value.map(({ value }) => {
    const object = value as JsonObject;
    const ref = refOf(object, 'shop');
    if (!ref) throw new Error('not an object');
    return { ref, object };
  });
}

export function snapshotWith(objects: Partial<Snapshot['objects']>, blind: Snapshot['blind'] = []): Snapshot {
  return { cluster: 'test', takenAt: '2026-11-21T12:00:00Z', objects: { ...noObjects(), ...objects }, blind };
}

/** A version of the source, as Git would give it. */
export function version(yaml: string, committedAt: string, author = 'Dana'): SourceVersion {
  const commit = {
    revision: committedAt.replaceAll(/\D/g, '').padEnd(40, '0'),
    author,
    email: 'dana@example.com',
    committedAt,
    subject: 'a change',
    parents: [],
  };
  return { commit, objects: rendered(yaml) };
}

export interface SceneInput {
  readonly before: string;
  readonly changes: readonly Change[];
  readonly versions?: readonly SourceVersion[];
  readonly more?: Partial<ProveContext>;
  /** What the render gives after the edit, where it is not just what was intended. */
  readonly after?: readonly RenderedObject[];
  readonly incident?: Partial<Incident>;
}

/** A proof's context over in-memory renders: what checks see, without Git and files. */
export function scene({ before, changes, versions = [], more = {}, after, incident = {} }: SceneInput): ProveContext {
  const old = rendered(before);
  const fresh = after ?? changes.reduce((objects, change) => changed(objects, change), old);
  const [first] = old;
  if (!first) throw new Error('no object');
  return {
    incident: {
      fingerprint: fingerprintOf({ cluster: 'test', object: first.ref, cause: 'memory/oom-killed' }),
      cause: 'memory/oom-killed',
      severity: 'critical',
      object: first.ref,
      summary: 'a test',
      since: '2026-11-21T11:00:00Z',
      evidence: [],
      facts: {},
      affected: [],
      explains: [],
      stillServing: false,
      ...incident,
    },
    fix: { kind: 'fix', origin: 'rule', name: 'test', rationale: '', changes, evidence: [] },
    location: {
      application: { namespace: 'argocd', name: 'shop' },
      spec: { destination: { namespace: 'shop' } },
      sourceIndex: 0,
      source: { repoURL: 'https://git.example/shop.git' },
      repoURL: 'https://git.example/shop.git',
      targetRevision: 'main',
      syncedRevision: 'a'.repeat(40),
      path: 'shop',
    },
    changeSet: {
      repoURL: 'https://git.example/shop.git',
      baseRevision: 'a'.repeat(40),
      files: [],
      edits: [],
      place: '',
    },
    policy: DEFAULT_POLICY,
    snapshot: snapshotWith({}),
    pairs: [{ application: { namespace: 'argocd', name: 'shop' }, before: old, after: fresh }],
    unrendered: [],
    versions: async function* () {
      yield* versions;
    },
    humanPullRequests: [],
    refuted: new Set(),
    dryRun: {
      apply: async () => ({ kind: 'unavailable', reason: 'offline' }),
      create: async () => ({ kind: 'unavailable', reason: 'offline' }),
    },
    registry: {
      tags: async () => ({ ok: false, error: { code: 'not-configured', message: 'no registry' } }),
      exists: async () => ({ ok: false, error: { code: 'not-configured', message: 'no registry' } }),
    },
    now: new Date('2026-11-21T12:00:00Z'),
    ...more,
  };
}

function changed(objects: readonly RenderedObject[], change: Change): readonly RenderedObject[] {
  return objects.map((item) => {
    if (!sameObject(item.ref, change.object)) return item;
    const applied = applyOperations(item.object, change.operations);
    if (!applied.ok) throw new Error(applied.error.message);
    return { ...item, object: applied.value.object };
  });
}
