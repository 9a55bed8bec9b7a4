import type { Hono } from 'hono';
import { z } from 'zod';
import { writer } from './access.ts';
import { diffFiles } from './diff.ts';
import { ApiError, notFound, validationFailed } from './errors.ts';
import type { SandboxEnv } from './http.ts';
import { bodyOf, linksOf, pageOf, pullOf, repositoryOf } from './http.ts';
import { presentCommit, presentFile } from './present-commit.ts';
import { presentPull, presentPullSimple } from './present-pull.ts';
import { closePull, createPull, mergePull, testMerge } from './pulls.ts';
import type { Pull, Repository, World } from './state.ts';

/** GitHub's own limit for the bodies of issues, pull requests and comments. */
export const BODY_LIMIT = 65_536;

const NewPull = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().max(BODY_LIMIT).nullable().default(null),
  draft: z.boolean().default(false),
});
const PullChange = z.object({
  title: z.string().min(1).optional(),
  body: z.string().max(BODY_LIMIT).optional(),
  state: z.enum(['open', 'closed']).optional(),
});
const Merge = z.object({
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
  sha: z.string().optional(),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
});

/** Pull requests: list, open, change, files, commits, merge. */
export function pullRoutes(app: Hono<SandboxEnv>, world: World): void {
  app.get('/repos/:owner/:repo/pulls', async (c) => {
    const repository = repositoryOf(world, c);
    const { state = 'open', head, base, sort, direction } = c.req.query();
    const label = (pull: Pull): string => `${(pull.fork?.owner ?? repository.owner).login}:${pull.head.ref}`;
    const pulls = [...repository.pulls.values()]
      .filter((pull) => state === 'all' || pull.state === state)
      .filter((pull) => (head === undefined || label(pull) === head) && (base === undefined || pull.base.ref === base))
      .sort((a, b) => (sort === 'updated' ? a.updatedAt.getTime() - b.updatedAt.getTime() : a.number - b.number));
    if ((direction ?? (sort === undefined ? 'desc' : 'asc')) === 'desc') pulls.reverse();
    return pageOf(c, pulls, (pull) => presentPullSimple(linksOf(c), repository, c.get('actor'), pull));
  });

  app.post('/repos/:owner/:repo/pulls', async (c) => {
    const repository = repositoryOf(world, c);
    const account = writer(c.get('actor'), repository, 'pull_requests', 'read');
    const request = await bodyOf(c, NewPull);
    const head = request.head.replace(new RegExp(`^${repository.owner.login}:`, 'i'), '');
    const pull = await createPull(world, repository, account, { ...request, head });
    return c.json(await presentPull(linksOf(c), repository, c.get('actor'), pull), 201);
  });

  app.get('/repos/:owner/:repo/pulls/:number', async (c) => {
    const repository = repositoryOf(world, c);
    return c.json(await presentPull(linksOf(c), repository, c.get('actor'), pullOf(repository, c)));
  });

  app.patch('/repos/:owner/:repo/pulls/:number', async (c) => {
    const repository = repositoryOf(world, c);
    const pull = pullOf(repository, c);
    const actor = c.get('actor');
    const own = actor.kind === 'user' && actor.account.id === pull.account.id;
    writer(actor, repository, 'pull_requests', own ? 'read' : 'write');
    const change = await bodyOf(c, PullChange);
    if (change.state === 'open' && pull.state === 'closed') await reopen(repository, pull);
    if (change.title !== undefined) pull.title = change.title;
    if (change.body !== undefined) pull.body = change.body;
    pull.updatedAt = world.now();
    if (change.state === 'closed' && pull.state === 'open') closePull(world, pull);
    return c.json(await presentPull(linksOf(c), repository, actor, pull));
  });

  app.get('/repos/:owner/:repo/pulls/:number/files', async (c) => {
    const repository = repositoryOf(world, c);
    const { head, base } = pullOf(repository, c);
    const from = (await repository.git.mergeBase(base.sha, head.sha)) ?? base.sha;
    const files = await diffFiles(repository.git, from, head.sha);
    return pageOf(c, files, (file) => presentFile(linksOf(c), repository, file, head.sha));
  });

  app.get('/repos/:owner/:repo/pulls/:number/commits', async (c) => {
    const repository = repositoryOf(world, c);
    const { head, base } = pullOf(repository, c);
    const shas = await repository.git.between(base.sha, head.sha);
    return pageOf(c, shas.slice(0, 250), async (sha) => {
      const commit = await repository.git.commit(sha);
      if (commit === undefined) throw notFound();
      return presentCommit(linksOf(c), repository, commit, world.accounts.values());
    });
  });

  app.put('/repos/:owner/:repo/pulls/:number/merge', async (c) => {
    const repository = repositoryOf(world, c);
    const pull = pullOf(repository, c);
    const account = writer(c.get('actor'), repository, 'contents', 'write');
    const request = await bodyOf(c, Merge);
    if (pull.state !== 'open' || pull.draft || (await testMerge(repository, pull)) === undefined) {
      throw new ApiError(405, 'Pull Request is not mergeable');
    }
    if (request.sha !== undefined && request.sha !== pull.head.sha) {
      throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
    }
    const text = { title: request.commit_title, message: request.commit_message };
    const sha = await mergePull(world, repository, pull, account, request.merge_method, text);
    if (sha === undefined) throw new ApiError(405, 'This branch can’t be rebased due to conflicts');
    return c.json({ sha, merged: true, message: 'Pull Request successfully merged' });
  });
}

async function reopen(repository: Repository, pull: Pull): Promise<void> {
  const heads = await repository.git.heads();
  if (pull.merged || !heads.has(pull.head.ref) || !heads.has(pull.base.ref)) {
    throw validationFailed([
      { resource: 'PullRequest', code: 'invalid', field: 'state', message: 'cannot be reopened' },
    ]);
  }
  pull.state = 'open';
  delete pull.closedAt;
}
