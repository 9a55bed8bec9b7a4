import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryRenderer } from '../../../../src/adapters/render/directory.ts';
import { createNoRegistry } from '../../../../src/adapters/registry/registry.ts';
import { createSnapshotFolder } from '../../../../src/adapters/snapshot/snapshot-folder.ts';
import type { Incident } from '../../../../src/domain/incident.ts';
import { sameObject } from '../../../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../../../src/domain/policy.ts';
import type { Snapshot } from '../../../../src/domain/snapshot.ts';
import type { RenderedObject } from '../../../../src/domain/source.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import type { GitCommit } from '../../../../src/ports/git.ts';
import type { Registry } from '../../../../src/ports/registry.ts';
import { correlate } from '../../../../src/stages/correlate/correlate.ts';
import { detect } from '../../../../src/stages/detect/detect.ts';
import type { ProposeContext, SourceVersion } from '../../../../src/stages/propose/proposer.ts';

const WORLD = join(import.meta.dirname, '../../../../fixtures/worlds/orders/broken');
export const STILL: Clock = { now: () => new Date('2026-11-21T06:00:00Z'), sleep: () => Promise.resolve() };

/** The broken `orders` world: its incidents, and its repository at every commit, rendered as a directory source. */
export interface World {
  readonly snapshot: Snapshot;
  readonly incidents: readonly Incident[];
  /** The context of the incident of this workload; the registry is off where none is given. */
  context(kind: string, name: string, registry?: Registry): Promise<ProposeContext>;
  close(): void;
}

export async function openWorld(): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'propose-world-'));
  const clone = join(home, 'clone');
  git(home, 'clone', '-q', '-b', 'main', join(WORLD, 'repository.bundle'), clone);
  const cluster = createSnapshotFolder({ directory: join(WORLD, 'cluster'), cluster: 'orders', clock: STILL });
  const read = await cluster.snapshot();
  assert(read.ok);
  const snapshot = read.value;
  const incidents = correlate(snapshot, detect(snapshot, DEFAULT_POLICY.detect).findings);
  const application = snapshot.objects.Application.find(({ metadata }) => metadata.name === 'team');
  assert(application?.spec.source);
  const { spec } = application;
  const { source } = application.spec;

  const render = async (revision: string): Promise<readonly RenderedObject[]> => {
    const directory = join(home, revision);
    mkdirSync(directory, { recursive: true });
    execFileSync('tar', ['-x', '-C', directory], { input: git(clone, 'archive', revision) });
    const checkout = { repoURL: source.repoURL, revision, directory };
    const rendered = await createDirectoryRenderer().render({
      application: { namespace: 'argocd', name: 'team' },
      spec,
      source,
      checkout,
      path: 'team',
      refs: new Map(),
      overlay: new Map(),
    });
    assert(rendered.ok, JSON.stringify(rendered));
    return rendered.value.objects;
  };
  const versions: SourceVersion[] = [];
  for (const commit of commits(clone, 'team')) versions.push({ commit, objects: await render(commit.revision) });
  const siblings = versions[0]?.objects ?? [];

  return {
    snapshot,
    incidents,
    context: async (kind, name, registry = createNoRegistry()) => {
      const incident = incidents.find(({ object }) => object.kind === kind && object.name === name);
      assert(incident, `no incident on ${kind} ${name}`);
      const declared = siblings.find(({ ref }) => sameObject(ref, incident.object));
      assert(declared, `${name} is not declared`);
      return {
        incident,
        snapshot,
        policy: DEFAULT_POLICY,
        location: {
          application: { namespace: 'argocd', name: 'team' },
          spec,
          sourceIndex: 0,
          source,
          repoURL: source.repoURL,
          targetRevision: 'main',
          path: 'team',
        },
        applicationStatus: application.status ?? {},
        declared,
        siblings,
        async *versions() {
          yield* versions;
        },
        registry,
        logs: (request) => cluster.logs(request),
        clock: STILL,
      };
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

function commits(clone: string, path: string): GitCommit[] {
  const lines = git(clone, 'log', '--format=%H%x00%an%x00%ae%x00%cI%x00%s%x00%P', 'HEAD', '--', path);
  const head = git(clone, 'log', '-1', '--format=%H%x00%an%x00%ae%x00%cI%x00%s%x00%P');
  const all = [...new Set([...head.toString().split('\n'), ...lines.toString().split('\n')])].filter(
    (line) => line !== '',
  );
  return all.map((line) => {
    const [revision = '', author = '', email = '', committedAt = '', subject = '', parents = ''] = line.split('\0');
    return { revision, author, email, committedAt, subject, parents: parents.split(' ').filter(Boolean) };
  });
}

function git(directory: string, ...args: string[]): Buffer {
  return execFileSync('git', args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
}
