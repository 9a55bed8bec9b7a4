import type { Hono } from 'hono';
import { roleOf, writer } from './access.ts';
import type { CommitObject } from './commit-object.ts';
import { diffFiles } from './diff.ts';
import { ApiError, notFound } from './errors.ts';
import type { SandboxEnv } from './http.ts';
import { linksOf, pageOf, param, repositoryOf } from './http.ts';
import { presentUser } from './present-account.ts';
import { presentCommit, presentFile } from './present-commit.ts';
import { presentRepository, repositoryUrl } from './present-repository.ts';
import type { Repository, World } from './state.ts';

/** `maintain` and `triage` are told only by `role_name`: the older field knows four words. */
const OLD_ROLE = {
  none: 'none',
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
} as const;

async function commitAt(repository: Repository, rev: string): Promise<CommitObject> {
  const sha = (await repository.git.heads()).get(rev) ?? rev;
  const commit = await repository.git.commit(sha);
  if (commit === undefined) throw notFound();
  return commit;
}

/** The repository itself, its installation, branches, comparisons, and collaborators' permissions. */
export function repositoryRoutes(app: Hono<SandboxEnv>, world: World): void {
  app.get('/repos/:owner/:repo', (c) => c.json(presentRepository(linksOf(c), repositoryOf(world, c), c.get('actor'))));

  app.get('/repos/:owner/:repo/installation', (c) => {
    const repository = repositoryOf(world, c);
    const actor = c.get('actor');
    if (actor.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
    const links = linksOf(c);
    const id = actor.app.installationId;
    return c.json({
      id,
      app_id: actor.app.id,
      app_slug: actor.app.slug,
      target_id: repository.owner.id,
      target_type: repository.owner.type,
      single_file_name: null,
      repository_selection: 'all',
      access_tokens_url: `${links.api}/app/installations/${id}/access_tokens`,
      repositories_url: `${links.api}/installation/repositories`,
      html_url: `${links.web}/settings/installations/${id}`,
      events: [],
      account: presentUser(links, repository.owner),
      permissions: { ...actor.app.permissions },
      created_at: '2020-01-01T00:00:00Z',
      updated_at: '2020-01-01T00:00:00Z',
      suspended_by: null,
      suspended_at: null,
    });
  });

  app.get('/repos/:owner/:repo/collaborators/:login/permission', (c) => {
    const repository = repositoryOf(world, c);
    const actor = c.get('actor');
    if (actor.kind === 'user') writer(actor, repository, 'metadata', 'write');
    const account = world.accounts.get(param(c, 'login').toLowerCase());
    if (account === undefined) throw notFound();
    const role = roleOf(repository, account);
    const user = { ...presentUser(linksOf(c), account), role_name: role };
    return c.json({ permission: OLD_ROLE[role], role_name: role, user });
  });

  app.get('/repos/:owner/:repo/branches', async (c) => {
    const repository = repositoryOf(world, c);
    const url = `${repositoryUrl(linksOf(c), repository)}/commits`;
    return pageOf(c, [...(await repository.git.heads())], ([name, sha]) => ({
      name,
      commit: { sha, url: `${url}/${sha}` },
      protected: false,
    }));
  });

  app.get('/repos/:owner/:repo/branches/:branch{.+}', async (c) => {
    const repository = repositoryOf(world, c);
    const links = linksOf(c);
    const name = param(c, 'branch');
    const sha = (await repository.git.heads()).get(name);
    if (sha === undefined) throw new ApiError(404, 'Branch not found');
    const url = `${repositoryUrl(links, repository)}/branches/${encodeURIComponent(name)}`;
    const html = `${links.web}/${repository.owner.login}/${repository.name}/tree/${name}`;
    return c.json({
      name,
      commit: presentCommit(links, repository, await commitAt(repository, sha), world.accounts.values()),
      _links: { self: url, html },
      protected: false,
      protection: { enabled: false },
      protection_url: `${url}/protection`,
    });
  });

  app.get('/repos/:owner/:repo/compare/:basehead{.+}', async (c) => {
    const repository = repositoryOf(world, c);
    const links = linksOf(c);
    const { git } = repository;
    const [from = '', to = ''] = param(c, 'basehead').split('...');
    const [base, head] = [await commitAt(repository, from), await commitAt(repository, to)];
    const middle = await git.mergeBase(base.sha, head.sha);
    if (middle === undefined) throw notFound();
    const present = (commit: CommitObject) => presentCommit(links, repository, commit, world.accounts.values());
    const ahead = await git.between(base.sha, head.sha);
    const behind = (await git.between(head.sha, base.sha)).length;
    const status = ahead.length > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical';
    const web = `${links.web}/${repository.owner.login}/${repository.name}/compare/${from}...${to}`;
    const common = present(await commitAt(repository, middle));
    const files = await diffFiles(git, middle, head.sha);
    return pageOf(
      c,
      ahead,
      async (sha) => present(await commitAt(repository, sha)),
      (commits) => ({
        url: `${repositoryUrl(links, repository)}/compare/${from}...${to}`,
        html_url: web,
        permalink_url: web,
        diff_url: `${web}.diff`,
        patch_url: `${web}.patch`,
        base_commit: present(base),
        merge_base_commit: common,
        status,
        ahead_by: ahead.length,
        behind_by: behind,
        total_commits: ahead.length,
        commits,
        files: files.map((file) => presentFile(links, repository, file, head.sha)),
      }),
    );
  });
}
