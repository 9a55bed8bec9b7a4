import type { Hono } from 'hono';
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { writer } from './access.ts';
import type { Signature } from './commit-object.ts';
import { ApiError, notFound, validationFailed } from './errors.ts';
import type { SandboxEnv } from './http.ts';
import { bodyOf, linksOf, param, repositoryOf } from './http.ts';
import type { Links } from './present-account.ts';
import { nodeId } from './present-account.ts';
import { WEB_FLOW, presentGitCommit, presentTreeEntry } from './present-commit.ts';
import { repositoryUrl } from './present-repository.ts';
import { refreshPulls } from './pulls.ts';
import type { Account, Repository, World } from './state.ts';
import { noreplyAddress } from './state.ts';

const NewRef = z.object({ ref: z.string(), sha: z.string() });
const MovedRef = z.object({ sha: z.string(), force: z.boolean().default(false) });
const NewBlob = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') });
const NewTree = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.enum(['100644', '100755', '040000', '160000', '120000']),
      type: z.enum(['blob', 'tree', 'commit']).optional(),
      sha: z.string().nullable().optional(),
      content: z.string().optional(),
    }),
  ),
});
const Person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });
const NewCommit = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: Person.optional(),
  committer: Person.optional(),
});

/** What `git check-ref-format` refuses, as far as a branch name can hold it. */
const BAD_REF = /\.\.|[~^:?*[\\\s]|\/\/|\/$|\.$|\.lock$|@\{/;

function presentRef(links: Links, repository: Repository, ref: string, sha: string): JsonObject {
  const url = `${repositoryUrl(links, repository)}/git`;
  const object = { sha, type: 'commit', url: `${url}/commits/${sha}` };
  return { ref, node_id: nodeId('Ref', ref), url: `${url}/${ref}`, object };
}

function signatureOf(person: z.infer<typeof Person> | undefined, account: Account, now: Date): Signature {
  const { name, email } = person ?? { name: account.name, email: account.email ?? noreplyAddress(account) };
  return { name, email, date: person?.date === undefined ? now : new Date(person.date) };
}

/** Git data: refs, blobs, trees, commits. */
export function gitRoutes(app: Hono<SandboxEnv>, world: World): void {
  const pushed = async (repository: Repository): Promise<void> => {
    repository.pushedAt = world.now();
    await refreshPulls(world, repository);
  };

  app.get('/repos/:owner/:repo/git/ref/:ref{.+}', async (c) => {
    const repository = repositoryOf(world, c);
    const ref = param(c, 'ref');
    const sha = (await repository.git.heads()).get(ref.replace(/^heads\//, ''));
    if (sha === undefined || !ref.startsWith('heads/')) throw notFound();
    return c.json(presentRef(linksOf(c), repository, `refs/${ref}`, sha));
  });

  app.post('/repos/:owner/:repo/git/refs', async (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'contents', 'write');
    const { ref, sha } = await bodyOf(c, NewRef);
    if (!ref.startsWith('refs/heads/') || BAD_REF.test(ref)) throw new ApiError(422, 'Reference name is not valid');
    if ((await repository.git.type(sha)) !== 'commit') throw new ApiError(422, 'Object does not exist');
    const name = ref.slice('refs/heads/'.length);
    const heads = await repository.git.heads();
    if (heads.has(name)) throw new ApiError(422, 'Reference already exists');
    for (const other of heads.keys()) {
      if (other.startsWith(`${name}/`) || name.startsWith(`${other}/`))
        throw new ApiError(422, 'Reference update failed');
    }
    await repository.git.updateRef(ref, sha);
    await pushed(repository);
    return c.json(presentRef(linksOf(c), repository, ref, sha), 201);
  });

  app.patch('/repos/:owner/:repo/git/refs/:ref{.+}', async (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'contents', 'write');
    const { sha, force } = await bodyOf(c, MovedRef);
    const name = param(c, 'ref').replace(/^heads\//, '');
    const old = (await repository.git.heads()).get(name);
    if (old === undefined) throw new ApiError(422, 'Reference does not exist');
    if ((await repository.git.type(sha)) !== 'commit') throw new ApiError(422, 'Object does not exist');
    if (!force && !(await repository.git.isAncestor(old, sha))) throw new ApiError(422, 'Update is not a fast forward');
    await repository.git.updateRef(`refs/heads/${name}`, sha);
    await pushed(repository);
    return c.json(presentRef(linksOf(c), repository, `refs/heads/${name}`, sha));
  });

  app.delete('/repos/:owner/:repo/git/refs/:ref{.+}', async (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'contents', 'write');
    const name = param(c, 'ref').replace(/^heads\//, '');
    if (!(await repository.git.heads()).has(name)) throw new ApiError(422, 'Reference does not exist');
    await repository.git.deleteRef(`refs/heads/${name}`);
    await pushed(repository);
    return c.body(null, 204);
  });

  app.post('/repos/:owner/:repo/git/blobs', async (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'contents', 'write');
    const { content, encoding } = await bodyOf(c, NewBlob);
    const sha = await repository.git.writeBlob(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'));
    return c.json({ sha, url: `${repositoryUrl(linksOf(c), repository)}/git/blobs/${sha}` }, 201);
  });

  app.get('/repos/:owner/:repo/git/blobs/:sha', async (c) => {
    const repository = repositoryOf(world, c);
    const sha = param(c, 'sha');
    const blob = await repository.git.blob(sha);
    if (blob === undefined) throw notFound();
    const url = `${repositoryUrl(linksOf(c), repository)}/git/blobs/${sha}`;
    const content = blob.toString('base64');
    return c.json({ sha, node_id: nodeId('Blob', sha), size: blob.length, url, content, encoding: 'base64' });
  });

  app.post('/repos/:owner/:repo/git/trees', async (c) => {
    const repository = repositoryOf(world, c);
    writer(c.get('actor'), repository, 'contents', 'write');
    const { base_tree: base, tree } = await bodyOf(c, NewTree);
    if (base !== undefined && !['tree', 'commit'].includes((await repository.git.type(base)) ?? '')) {
      throw new ApiError(422, 'base_tree is not a valid tree oid');
    }
    const changes = [];
    for (const { path, mode, sha, content } of tree) {
      const made = content === undefined ? sha : await repository.git.writeBlob(Buffer.from(content));
      if (made === undefined) throw new ApiError(422, 'tree.sha or tree.content must be given');
      if (made !== null && (await repository.git.type(made)) === undefined) {
        throw new ApiError(422, `tree.sha ${made} is not a valid blob`);
      }
      changes.push({ path, mode, sha: made });
    }
    const sha = await repository.git.writeTree(base, changes);
    const entries = sha === undefined ? undefined : await repository.git.tree(sha, false);
    if (sha === undefined || entries === undefined) throw validationFailed([], 'tree.path contains a malformed path');
    const links = linksOf(c);
    const url = `${repositoryUrl(links, repository)}/git/trees/${sha}`;
    const shown = entries.map((entry) => presentTreeEntry(links, repository, entry));
    return c.json({ sha, url, tree: shown, truncated: false }, 201);
  });

  app.get('/repos/:owner/:repo/git/trees/:sha', async (c) => {
    const repository = repositoryOf(world, c);
    const sha = param(c, 'sha');
    const entries = await repository.git.tree(sha, c.req.query('recursive') !== undefined);
    if (entries === undefined) throw notFound();
    const links = linksOf(c);
    const url = `${repositoryUrl(links, repository)}/git/trees/${sha}`;
    const tree = entries.map((entry) => presentTreeEntry(links, repository, entry));
    return c.json({ sha, url, tree, truncated: false });
  });

  app.post('/repos/:owner/:repo/git/commits', async (c) => {
    const repository = repositoryOf(world, c);
    const actor = c.get('actor');
    const account = writer(actor, repository, 'contents', 'write');
    const { message, tree, parents, author, committer } = await bodyOf(c, NewCommit);
    if ((await repository.git.type(tree)) !== 'tree') throw new ApiError(422, 'Tree SHA does not exist');
    for (const parent of parents) {
      if ((await repository.git.type(parent)) !== 'commit') {
        throw new ApiError(422, 'Parent SHA does not exist or is not a commit object');
      }
    }
    const now = world.now();
    const written = signatureOf(author, account, now);
    // GitHub signs, as itself, what an App commits without naming an author.
    const signs = actor.kind === 'installation' && author === undefined && committer === undefined;
    const by = signs ? { ...WEB_FLOW, date: now } : committer ? signatureOf(committer, account, now) : written;
    const sha = await repository.git.writeCommit({ tree, parents, author: written, committer: by, message });
    const made = await repository.git.commit(sha);
    if (made === undefined) throw notFound();
    return c.json(presentGitCommit(linksOf(c), repository, made), 201);
  });

  app.get('/repos/:owner/:repo/git/commits/:sha', async (c) => {
    const repository = repositoryOf(world, c);
    const commit = await repository.git.commit(param(c, 'sha'));
    if (commit === undefined) throw notFound();
    return c.json(presentGitCommit(linksOf(c), repository, commit));
  });
}
