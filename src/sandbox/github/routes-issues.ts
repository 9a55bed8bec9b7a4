import type { Hono } from 'hono';
import { z } from 'zod';
import { writer } from './access.ts';
import { ApiError, notFound, validationFailed } from './errors.ts';
import type { SandboxContext, SandboxEnv } from './http.ts';
import { bodyOf, linksOf, pageOf, param, pullOf, repositoryOf } from './http.ts';
import { presentComment, presentLabel } from './present-pull.ts';
import { BODY_LIMIT } from './routes-pulls.ts';
import type { Account, IssueComment, Label, Pull, Repository, World } from './state.ts';

const NewComment = z.object({ body: z.string().min(1).max(BODY_LIMIT) });
const NewLabel = z.object({
  name: z.string().min(1).max(50),
  color: z
    .string()
    .regex(/^[0-9a-fA-F]{6}$/)
    .default('ededed'),
  description: z.string().max(100).nullable().default(null),
});
const LabelNames = z.object({ labels: z.array(z.string()) });

/** Adds a comment to a pull request. */
export function addComment(world: World, pull: Pull, account: Account, body: string): IssueComment {
  const comment = { id: world.nextId(), account, body, createdAt: world.now(), updatedAt: world.now() };
  pull.comments.push(comment);
  pull.updatedAt = world.now();
  return comment;
}

function makeLabel(world: World, repository: Repository, label: Omit<Label, 'id'>): Label {
  const made = { ...label, id: world.nextId() };
  repository.labels.set(label.name.toLowerCase(), made);
  return made;
}

function commentOf(repository: Repository, c: SandboxContext): { pull: Pull; comment: IssueComment } {
  for (const pull of repository.pulls.values()) {
    const comment = pull.comments.find(({ id }) => id === Number(param(c, 'id')));
    if (comment) return { pull, comment };
  }
  throw notFound();
}

/** Comments of pull requests. */
export function commentRoutes(app: Hono<SandboxEnv>, world: World): void {
  app.get('/repos/:owner/:repo/issues/:number/comments', async (c) => {
    const repository = repositoryOf(world, c);
    const pull = pullOf(repository, c);
    return pageOf(c, pull.comments, (comment) => presentComment(linksOf(c), repository, pull, comment));
  });

  app.post('/repos/:owner/:repo/issues/:number/comments', async (c) => {
    const repository = repositoryOf(world, c);
    const pull = pullOf(repository, c);
    const account = writer(c.get('actor'), repository, 'pull_requests', 'read');
    const comment = addComment(world, pull, account, (await bodyOf(c, NewComment)).body);
    return c.json(presentComment(linksOf(c), repository, pull, comment), 201);
  });

  app.get('/repos/:owner/:repo/issues/comments/:id', (c) => {
    const repository = repositoryOf(world, c);
    const { pull, comment } = commentOf(repository, c);
    return c.json(presentComment(linksOf(c), repository, pull, comment));
  });

  app.patch('/repos/:owner/:repo/issues/comments/:id', async (c) => {
    const repository = repositoryOf(world, c);
    const { pull, comment } = commentOf(repository, c);
    editorOf(c, repository, comment);
    comment.body = (await bodyOf(c, NewComment)).body;
    comment.updatedAt = world.now();
    return c.json(presentComment(linksOf(c), repository, pull, comment));
  });

  app.delete('/repos/:owner/:repo/issues/comments/:id', (c) => {
    const repository = repositoryOf(world, c);
    const { pull, comment } = commentOf(repository, c);
    editorOf(c, repository, comment);
    pull.comments.splice(pull.comments.indexOf(comment), 1);
    return c.body(null, 204);
  });
}

/** People with write access may edit every comment; others, and Apps, only their own. */
function editorOf(c: SandboxContext, repository: Repository, comment: IssueComment): void {
  const actor = c.get('actor');
  const own = 'account' in actor && actor.account.id === comment.account.id;
  if (actor.kind === 'installation' && !own) throw new ApiError(403, 'Resource not accessible by integration');
  writer(actor, repository, 'pull_requests', own ? 'read' : 'write');
}

function shown(c: SandboxContext, repository: Repository, pull: Pull): Response {
  const labels = [...pull.labels].flatMap((name) => repository.labels.get(name.toLowerCase()) ?? []);
  return c.json(labels.map((label) => presentLabel(linksOf(c), repository, label)));
}

/** Labels of a repository and of its pull requests. */
export function labelRoutes(app: Hono<SandboxEnv>, world: World): void {
  app.get('/repos/:owner/:repo/labels', async (c) => {
    const repository = repositoryOf(world, c);
    return pageOf(c, [...repository.labels.values()], (label) => presentLabel(linksOf(c), repository, label));
  });

  app.post('/repos/:owner/:repo/labels', async (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'pull_requests', 'write');
    const label = await bodyOf(c, NewLabel);
    if (repository.labels.has(label.name.toLowerCase())) {
      throw validationFailed([{ resource: 'Label', code: 'already_exists', field: 'name' }]);
    }
    return c.json(presentLabel(linksOf(c), repository, makeLabel(world, repository, label)), 201);
  });

  app.get('/repos/:owner/:repo/labels/:name', (c) => {
    const repository = repositoryOf(world, c);
    const label = repository.labels.get(param(c, 'name').toLowerCase());
    if (label === undefined) throw notFound();
    return c.json(presentLabel(linksOf(c), repository, label));
  });

  app.delete('/repos/:owner/:repo/labels/:name', (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'pull_requests', 'write');
    if (!repository.labels.delete(param(c, 'name').toLowerCase())) throw notFound();
    return c.body(null, 204);
  });

  app.get('/repos/:owner/:repo/issues/:number/labels', (c) => {
    const repository = repositoryOf(world, c);
    return shown(c, repository, pullOf(repository, c));
  });

  app.post('/repos/:owner/:repo/issues/:number/labels', async (c) => {
    const repository = repositoryOf(world, c);
    const pull = pullOf(repository, c);
    writer(c.get('actor'), repository, 'pull_requests', 'triage');
    for (const name of (await bodyOf(c, LabelNames)).labels) {
      const known = repository.labels.get(name.toLowerCase());
      // GitHub makes labels that it does not know when they are put on an issue.
      const label = known ?? makeLabel(world, repository, { name, color: 'ededed', description: null });
      pull.labels.add(label.name);
    }
    pull.updatedAt = world.now();
    return shown(c, repository, pull);
  });

  app.delete('/repos/:owner/:repo/issues/:number/labels/:name', (c) => {
    const repository = repositoryOf(world, c);
    const pull = pullOf(repository, c);
    writer(c.get('actor'), repository, 'pull_requests', 'triage');
    const name = repository.labels.get(param(c, 'name').toLowerCase())?.name;
    if (name === undefined || !pull.labels.delete(name)) throw new ApiError(404, 'Label does not exist');
    return shown(c, repository, pull);
  });
}
