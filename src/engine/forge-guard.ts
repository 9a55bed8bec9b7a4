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
  const hostOf = (repoURL: string): string => repositoryOf(repoURL)?.host ?? repoURL;

  const refused = (repoURL: string): ForgeError | undefined => {
    const wait = mustWait(ports, repoURL);
    return wait === undefined ? cutOff.get(hostOf(repoURL)) : { code: 'rate-limited', message: wait };
  };

  const guarded = (repoURL: string, { capabilities, reader, writer }: Forge): Forge => {
    const watched =
      <Arguments extends unknown[], T>(call: (...all: Arguments) => ForgeResult<T>) =>
      async (...all: Arguments): ForgeResult<T> => {
        const no = refused(repoURL);
        if (no !== undefined) return err(no);
        const answer = await call(...all);
        if (answer.ok) return answer;
        noteWait(ports, repoURL, answer.error.retryAfter);
        if (answer.error.noWay === true) cutOff.set(hostOf(repoURL), answer.error);
        return answer;
      };
    return {
      capabilities,
      reader: {
        repository: watched(reader.repository),
        pullRequests: watched(reader.pullRequests),
        pullRequest: watched(reader.pullRequest),
        openFiles: watched(reader.openFiles),
        branch: watched(reader.branch),
        branchCommit: watched(reader.branchCommit),
        commits: watched(reader.commits),
        comments: watched(reader.comments),
        branchRules: watched(reader.branchRules),
      },
      writer: {
        commit: watched(writer.commit),
        createPullRequest: watched(writer.createPullRequest),
        updatePullRequest: watched(writer.updatePullRequest),
        setLabels: watched(writer.setLabels),
        stickyComment: watched(writer.stickyComment),
        deleteBranch: watched(writer.deleteBranch),
      },
    };
  };
  return { refused, guarded };
}
