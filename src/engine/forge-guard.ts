import { repositoryOf } from '../domain/repository-url.ts';
import { err } from '../domain/result.ts';
import type { Forge, ForgeError, ForgeResult } from '../ports/forge.ts';
import { mustWait, noteWait } from './forge-wait.ts';
import type { EnginePorts } from './ports.ts';

/** What one pass has learned about forges that must not, or cannot, be asked any more. */
export interface ForgeGuard {
  /** Why this repository's forge is not to be asked now; undefined where it may. */
  refused(repoURL: string): ForgeError | undefined;
  /** The forge; once it is not to be asked any more, every call has that answer, without a request. */
  guarded(repoURL: string, forge: Forge): Forge;
}

/**
 * Keeps one forge that is down, or that wants to be left alone, from holding up the rest of the pass: each of its
 * repositories, and each request, would wait for the same answer.
 */
export function createForgeGuard(ports: Pick<EnginePorts, 'store' | 'clock'>): ForgeGuard {
  const cutOff = new Map<string, ForgeError>();

  const refused = (repoURL: string): ForgeError | undefined => {
    const wait = mustWait(ports, repoURL);
    return wait === undefined ? cutOff.get(hostOf(repoURL)) : { code: 'rate-limited', message: wait };
  };

  const guarded = (repoURL: string, { capabilities, reader, writer }: Forge): Forge => {
    const ask = async <T>(call: () => ForgeResult<T>): ForgeResult<T> => {
      const no = refused(repoURL);
      if (no !== undefined) return err(no);
      const answer = await call();
      if (answer.ok) return answer;
      noteWait(ports, repoURL, answer.error.retryAfter);
      if (answer.error.noWay === true) cutOff.set(hostOf(repoURL), answer.error);
      return answer;
    };
    return {
      capabilities,
      reader: {
        repository: () => ask(() => reader.repository()),
        pullRequests: (query) => ask(() => reader.pullRequests(query)),
        pullRequest: (number) => ask(() => reader.pullRequest(number)),
        openFiles: (exceptHeadPrefix) => ask(() => reader.openFiles(exceptHeadPrefix)),
        branch: (name) => ask(() => reader.branch(name)),
        branchCommit: (name) => ask(() => reader.branchCommit(name)),
        commits: (number) => ask(() => reader.commits(number)),
        comments: (number) => ask(() => reader.comments(number)),
        branchRules: (branch) => ask(() => reader.branchRules(branch)),
      },
      writer: {
        commit: (request) => ask(() => writer.commit(request)),
        createPullRequest: (request) => ask(() => writer.createPullRequest(request)),
        updatePullRequest: (number, change) => ask(() => writer.updatePullRequest(number, change)),
        setLabels: (number, labels) => ask(() => writer.setLabels(number, labels)),
        stickyComment: (number, marker, body) => ask(() => writer.stickyComment(number, marker, body)),
        deleteBranch: (name) => ask(() => writer.deleteBranch(name)),
      },
    };
  };
  return { refused, guarded };
}

function hostOf(repoURL: string): string {
  return repositoryOf(repoURL)?.host ?? repoURL;
}
