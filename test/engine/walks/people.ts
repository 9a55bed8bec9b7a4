import type { JsonObject } from '../../../src/domain/json.ts';
import { git, runGit } from '../../../src/sandbox/github/git.ts';
import type { PullView } from '../../../src/sandbox/github/api.ts';
import { fingerprintOfBranch, revertOfBranch } from '../../../src/stages/deliver/naming.ts';
import { parseState } from '../../../src/stages/deliver/state-block.ts';
import { application } from '../../support/shop-manifests.ts';
import { NAME, OWNER } from '../../support/shop.ts';
import { BEHAVIOURS, VARIANTS } from './estate.ts';
import type { Ground } from './ground.ts';
import type { Act } from './steps.ts';

/** What people did that Remendo must respect. */
export interface Deeds {
  /** Commits that are not Remendo's, by SHA. */
  readonly commits: Set<string>;
  /** Failures whose pull request somebody closed: number of that pull request by fingerprint. */
  readonly refused: Map<string, number>;
  /** Pull requests that people opened again: no limit of Remendo's counts them. */
  readonly reopened: Set<number>;
  /** Branches that people changed, with the number of requests that Remendo had made until then. */
  readonly touched: Map<string, number>;
}

const DANA = { name: 'Dana', email: 'dana@example.com' };

/** Plays people, the cluster and Argo CD. `requests` tells how many requests Remendo has made. */
export function createPeople(ground: Ground, deeds: Deeds, requests: () => number) {
  const { github, cluster } = ground;
  const path = github.repositoryPath(OWNER, NAME);
  let folder = 'shop';
  let branch = 'main';
  let app = 'shop';
  let busy = 0;

  const asPerson = async (method: string, route: string, body: object): Promise<void> => {
    busy++;
    const headers = { authorization: `Bearer ${github.reviewer.token}`, 'content-type': 'application/json' };
    const url = `${ground.apiUrl}/repos/${OWNER}/${NAME}${route}`;
    // What the forge refuses a person (a branch that is gone) is no step.
    await fetch(url, { method, headers, body: JSON.stringify(body) }).finally(() => busy--);
  };
  const shaOf = async (ref: string): Promise<string | undefined> => {
    const run = await runGit(path, ['rev-parse', '--verify', '--quiet', ref]);
    return run.code === 0 ? run.stdout.toString().trim() : undefined;
  };
  const commit = async (
    on: string,
    files: Record<string, string | null>,
    message: string,
    from?: string,
  ): Promise<void> => {
    const known = Object.entries(files).filter(([, content]) => content !== null);
    const there = new Set((await git(path, ['ls-tree', '-r', '--name-only', from ?? on])).split('\n'));
    const wanted = Object.entries(files).filter(([name, content]) => content !== null || there.has(name));
    if (wanted.length === 0 && known.length === 0) return;
    const change = { branch: on, files: Object.fromEntries(wanted), message, author: DANA };
    deeds.commits.add(await github.commitFiles(OWNER, NAME, from === undefined ? change : { ...change, from }));
    if (on.startsWith('remendo/')) deeds.touched.set(on, requests());
  };
  const apply = (name: string, change: (spec: JsonObject) => JsonObject): void => {
    const object = application(ground.repoURL);
    const spec = object['spec'] as JsonObject;
    const source = { ...(spec['source'] as JsonObject), path: folder, targetRevision: branch };
    cluster.apply({ ...object, metadata: { name, namespace: 'argocd' }, spec: change({ ...spec, source }) });
  };
  const usual = (): void => {
    cluster.gitops.neverSync.clear();
    cluster.gitops.stuck.clear();
    const skipped = cluster.get('Application', 'argocd', app);
    if (skipped?.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] !== undefined) mark(undefined);
    apply(app, (spec) => spec);
  };
  const mark = (skip: string | undefined): void => {
    const live = cluster.get('Application', 'argocd', app);
    if (!live) return;
    cluster.store.update(live, (draft) => {
      const { 'argocd.argoproj.io/skip-reconcile': _old, ...rest } = draft.metadata.annotations ?? {};
      draft.metadata.annotations = skip === undefined ? rest : { ...rest, 'argocd.argoproj.io/skip-reconcile': skip };
    });
  };
  const remove = (name: string): void => {
    const live = cluster.get('Application', 'argocd', name);
    if (live) cluster.store.delete(live);
  };
  const own = async (nth: number): Promise<PullView | undefined> => {
    const pulls = await github.pulls(OWNER, NAME);
    const theirs = pulls.filter(({ author }) => author === github.bot.login).toReversed();
    return theirs[nth % Math.max(1, theirs.length)];
  };

  const refuse = (pull: PullView): void => {
    const fingerprint = revertOfBranch(pull.head.ref) ? undefined : fingerprintOfBranch(pull.head.ref);
    const resolved = parseState(pull.body)?.end === 'resolved';
    if (fingerprint !== undefined && !resolved && !pull.labels.includes('remendo/retry')) {
      deeds.refused.set(fingerprint, pull.number);
    }
  };
  const takeBack = ({ number }: PullView): void => {
    for (const [fingerprint, by] of deeds.refused) if (by === number) deeds.refused.delete(fingerprint);
  };

  /** Pushes to a branch: on top of it, beside the change, or instead of all that is there. */
  const touch = (ref: string, how: 'advance-branch' | 'update-branch' | 'rewrite-branch'): Promise<void> =>
    how === 'update-branch'
      ? commit(ref, { 'README.md': '# mine\n' }, 'mine', ref)
      : commit(
          ref,
          { [`${folder}/orders.yaml`]: VARIANTS.orders.large },
          'mine',
          how === 'rewrite-branch' ? 'main' : ref,
        );

  const onPull = async (what: Extract<Act, { nth: number }>): Promise<void> => {
    const pull = await own(what.nth);
    if (!pull) return;
    const { number, head, labels, state } = pull;
    switch (what.act) {
      case 'merge':
        // A conflict keeps a person from merging.
        if (state === 'open') await github.merge(OWNER, NAME, number, { method: what.method }).catch(() => '');
        return;
      case 'close':
        if (state !== 'open') return;
        refuse(pull);
        return github.closePull(OWNER, NAME, number);
      case 'reopen':
        if (state !== 'closed') return;
        takeBack(pull);
        deeds.reopened.add(number);
        return asPerson('PATCH', `/pulls/${number}`, { state: 'open' });
      case 'retry':
        takeBack(pull);
        return asPerson('PUT', `/issues/${number}/labels`, { labels: [...labels, 'remendo/retry'] });
      case 'unlabel':
        if (labels.includes('remendo/retry')) return;
        return asPerson('PUT', `/issues/${number}/labels`, { labels: [] });
      case 'end-label':
        return asPerson('PUT', `/issues/${number}/labels`, { labels: [...labels, 'remendo/verified'] });
      case 'drop-block':
        return asPerson('PATCH', `/pulls/${number}`, { body: 'Edited.' });
      case 'edit-body':
        return asPerson('PATCH', `/pulls/${number}`, { body: `A note.\n\n${pull.body}` });
      case 'delete-comments':
        for (const { id } of pull.comments) await asPerson('DELETE', `/issues/comments/${id}`, {});
        return;
      case 'delete-branch':
        if (state === 'open') refuse(pull);
        return github.deleteBranch(OWNER, NAME, head.ref);
      case 'comment':
        github.addUser('mallory');
        return void (await github.comment(OWNER, NAME, number, what.by, what.text));
      case 'advance-branch':
      case 'update-branch':
      case 'rewrite-branch':
        if (state === 'open') await touch(head.ref, what.act);
    }
  };

  const act = async (what: Act): Promise<void> => {
    if ('nth' in what) return onPull(what);
    switch (what.act) {
      case 'push': {
        const variants: Readonly<Record<string, string | null>> = VARIANTS[what.file];
        const [first = null] = Object.values(variants);
        const text = Object.hasOwn(variants, what.variant) ? variants[what.variant] : first;
        return commit(branch, { [`${folder}/${what.file}.yaml`]: text ?? null }, 'by hand');
      }
      case 'behave': {
        const known: Readonly<Record<string, object>> = BEHAVIOURS[what.file];
        return void ground.behaviours.set(`img/${what.file}`, known[what.as] ?? {});
      }
      case 'other-pull': {
        if (!what.open) {
          const open = (await github.pulls(OWNER, NAME)).filter((one) => one.head.ref.startsWith('mine'));
          for (const { state, number } of open) if (state === 'open') await github.closePull(OWNER, NAME, number);
          return;
        }
        const name = `mine-${requests()}`;
        await commit(name, { [`${folder}/${what.file}.yaml`]: '# mine\n' }, 'mine', branch);
        return void (await github.openPull(OWNER, NAME, { by: 'reviewer', title: 'Mine', head: name, base: branch }));
      }
      case 'rewrite-main': {
        const parent = await shaOf('main~1');
        if (parent !== undefined) await commit('main', { 'README.md': `# ${parent}\n` }, 'rewritten', parent);
        return;
      }
      case 'rename-folder': {
        const listed = (await git(path, ['ls-tree', '-r', '--name-only', branch, `${folder}/`])).split('\n');
        const files: Record<string, string | null> = {};
        const next = folder === 'shop' ? 'deploy' : 'shop';
        for (const name of listed.filter(Boolean)) {
          files[name] = null;
          files[`${next}/${name.slice(folder.length + 1)}`] = await git(path, ['show', `${branch}:${name}`]);
        }
        if (Object.keys(files).length === 0) return;
        await commit(branch, files, 'moved');
        folder = next;
        return apply(app, (spec) => spec);
      }
      case 'argo':
        return argo(what.does);
      case 'cluster': {
        const faults = {
          'blind-pods': { forbidden: ['Pod'] },
          'blind-applications': { forbidden: ['Application'] },
          unreachable: { unreachable: true },
          broken: { broken: true },
          none: {},
        }[what.fault];
        cluster.faults.clear();
        return cluster.faults.set(faults);
      }
      case 'clock':
        ground.ahead = what.ahead * 1000;
        return;
    }
  };

  const argo = async (does: Extract<Act, { act: 'argo' }>['does']): Promise<void> => {
    switch (does) {
      case 'never-sync':
        return void cluster.gitops.neverSync.add(app);
      case 'stuck':
        return void cluster.gitops.stuck.set(app, 'apps/Deployment/orders');
      case 'skip':
        return mark('true');
      case 'manual':
        return apply(app, (spec) => ({ ...spec, syncPolicy: {} }));
      case 'delete':
        return remove(app);
      case 'rename':
        remove(app);
        app = app === 'shop' ? 'store' : 'shop';
        return apply(app, (spec) => spec);
      case 'release': {
        if (branch === 'main' && (await shaOf('release')) === undefined) {
          await commit('release', { 'README.md': '# release\n' }, 'release', 'main');
        }
        branch = branch === 'main' ? 'release' : 'main';
        return apply(app, (spec) => spec);
      }
      case 'drift': {
        const live = cluster.get('Deployment', 'shop', 'orders');
        if (live)
          cluster.store.update(
            live,
            (draft) =>
              void ((draft as { spec?: { replicas?: number } }).spec = {
                ...(draft as { spec?: object }).spec,
                replicas: 2,
              }),
          );
        return;
      }
      case 'usual':
        return usual();
    }
  };

  /** Ends all trouble that is none of Git's. */
  const calm = (): void => {
    cluster.faults.clear();
    ground.ahead = 0;
    usual();
  };

  return { act, calm, isBusy: () => busy > 0 };
}
export type People = ReturnType<typeof createPeople>;
