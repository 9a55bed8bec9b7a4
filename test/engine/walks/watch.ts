import { z } from 'zod';
import { runGit } from '../../../src/sandbox/github/git.ts';
import type { ClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import type { Exchange, SandboxRequest } from '../../../src/sandbox/github/server.ts';
import { fingerprintOfBranch, revertOfBranch } from '../../../src/stages/deliver/naming.ts';
import { parseOutcome } from '../../../src/stages/deliver/state-block.ts';
import { NAME, OWNER } from '../../support/shop.ts';
import { CANARIES } from './estate.ts';
import type { Ground } from './ground.ts';
import type { Deeds } from './people.ts';

/** What the cluster showed when Remendo wrote that a merged pull request is verified. */
export interface Claim {
  /** Path of the request: it names the pull request, or the comment. */
  readonly path: string;
  readonly applications: readonly Applied[];
  /** Names of Deployments whose replicas are all available. */
  readonly running: ReadonlySet<string>;
  /** The cluster's time, in milliseconds. */
  readonly at: number;
}

/** What an Application says that it has applied. */
interface Applied {
  readonly revision: string | undefined;
  readonly synced: ReadonlySet<string>;
}

/** Holds each request of Remendo against what it must never do. */
export interface Watch {
  /** What was done that must not be, in words. */
  readonly wrongs: string[];
  readonly claims: Claim[];
  /** Requests that Remendo has made, and those of them that write. */
  readonly count: { requests: number; writes: number };
  before(request: SandboxRequest): Promise<void>;
  after(exchange: Exchange): void;
  /** Looks for canaries in a text that leaves Remendo. */
  read(what: string, text: string): void;
}

const BRANCH = /\/git\/refs\/heads(?:\/|%2F)(.+)$/i;
const Body = z.looseObject({
  state: z.string().optional(),
  head: z.string().optional(),
  body: z.string().optional(),
  ref: z.string().optional(),
});

/** A branch that people changed this many requests ago or earlier could have been looked at. */
const TIME_TO_LOOK = 2;

export function createWatch(ground: () => Ground, deeds: Deeds): Watch {
  const wrongs: string[] = [];
  const claims: Claim[] = [];
  const count = { requests: 0, writes: 0 };
  const wrong = (text: string): void => void wrongs.push(text);

  const tipOf = async (branch: string): Promise<string | undefined> => {
    const run = await runGit(ground().github.repositoryPath(OWNER, NAME), [
      'rev-parse',
      '--verify',
      '--quiet',
      `refs/heads/${branch}`,
    ]);
    return run.code === 0 ? run.stdout.toString().trim() : undefined;
  };
  const onMain = async (sha: string): Promise<boolean> =>
    (await runGit(ground().github.repositoryPath(OWNER, NAME), ['merge-base', '--is-ancestor', sha, 'main'])).code ===
    0;

  const read = (what: string, text: string): void => {
    const decoded = [...text.matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g)].map(([one]) =>
      Buffer.from(one, 'base64').toString('utf8'),
    );
    for (const [name, canary] of CANARIES) {
      const forms = [canary, Buffer.from(canary).toString('base64').replace(/=+$/, '').slice(0, -1)];
      if (forms.some((form) => [text, ...decoded].some((one) => one.includes(form)))) {
        wrong(`${name} (${canary}) is in ${what}: ${text.slice(0, 200)}`);
      }
    }
  };

  return {
    wrongs,
    claims,
    count,
    read,
    async before({ method, path }) {
      if (method === 'GET' || path.startsWith('git:')) return;
      count.writes++;
      if (path.endsWith('/merge')) wrong(`Remendo merges: ${path}`);
      const [, encoded] = BRANCH.exec(path) ?? [];
      if (encoded === undefined) return;
      const branch = decodeURIComponent(encoded);
      if (!branch.startsWith('remendo/')) wrong(`Remendo writes to branch ${branch}`);
      const tip = await tipOf(branch);
      const since = count.requests - (deeds.touched.get(branch) ?? 0);
      if (tip !== undefined && deeds.commits.has(tip) && since >= TIME_TO_LOOK && !(await onMain(tip))) {
        wrong(`${method} on ${branch}, whose last commit is somebody else's (${since} requests ago)`);
      }
    },
    after({ method, path, status, request }) {
      if (method === 'GET' || path.startsWith('git:')) return;
      // A blob is the whole file, which the repository holds already.
      if (!path.endsWith('/git/blobs')) read(`${method} ${path}`, request);
      const body = Body.safeParse(request === '' ? {} : JSON.parse(request)).data ?? {};
      if (/\/pulls\/\d+$/.test(path) && body.state === 'open') wrong(`Remendo opens again: ${path}`);
      if (path.endsWith('/git/refs') && body.ref?.startsWith('refs/heads/remendo/') !== true) {
        wrong(`Remendo makes ${body.ref}`);
      }
      if (path.endsWith('/pulls') && status === 201) {
        const fingerprint = revertOfBranch(body.head ?? '') ? undefined : fingerprintOfBranch(body.head ?? '');
        const by = fingerprint === undefined ? undefined : deeds.refused.get(fingerprint);
        if (by !== undefined) wrong(`opened for ${fingerprint} though #${by} was closed by a person`);
      }
      if (path.includes('/comments') && parseOutcome(body.body ?? '')?.end === 'verified') {
        const { cluster, clock } = ground();
        claims.push({ path, applications: appliedIn(cluster), running: runningIn(cluster), at: clock.now().getTime() });
      }
    },
  };
}

const Status = z.looseObject({
  sync: z.looseObject({ revision: z.string().optional() }).optional(),
  resources: z.array(z.looseObject({ kind: z.string(), name: z.string(), status: z.string() })).optional(),
});

function appliedIn(cluster: ClusterWorld): Applied[] {
  return cluster.list('Application', 'argocd').map((application) => {
    const { sync, resources = [] } = Status.safeParse('status' in application ? application.status : {}).data ?? {};
    const synced = resources.filter(({ kind, status }) => kind === 'Deployment' && status === 'Synced');
    return { revision: sync?.revision, synced: new Set(synced.map(({ name }) => name)) };
  });
}

const Running = z.looseObject({
  spec: z.looseObject({ replicas: z.number().default(1) }),
  status: z.looseObject({ availableReplicas: z.number().default(0) }).prefault({}),
});

/** Names of the Deployments whose replicas are all available. */
export function runningIn(cluster: ClusterWorld): ReadonlySet<string> {
  const running = cluster.list('Deployment', 'shop').filter((one) => {
    const { data } = Running.safeParse(one);
    return data !== undefined && data.status.availableReplicas >= data.spec.replicas;
  });
  return new Set(running.map(({ metadata }) => metadata.name));
}
