import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import { err, ok } from '../../domain/result.ts';
import type { Charts } from '../../ports/git.ts';
import { cachedArchive } from './helm-dependencies.ts';
import { DEFAULT_LIMITS, run } from './run.ts';

/** Where charts of registries are kept. */
export interface ChartSettings {
  /** Folder of `<name>-<version>.tgz`, as `helm pull` writes them. */
  readonly archives: string;
  /** Folder that they are unpacked into, once each. */
  readonly unpacked: string;
}

/** Charts of registries from a folder of archives: what is not there is refused by name, nothing is fetched. */
export function createChartCache({ archives, unpacked }: ChartSettings): Charts {
  return {
    async fetch(repoURL, chart, version) {
      // The chart of an OCI registry may be written with its path.
      const name = basename(chart);
      const archive = cachedArchive(archives, name, version === 'HEAD' ? '*' : version);
      if (archive === undefined) {
        const hint = `put ${name}-<version>.tgz into the chart cache (helm pull)`;
        return err(
          problem('chart-missing', `the chart ${chart} ${version} of ${repoURL} is not in the cache`, { hint }),
        );
      }
      const directory = join(unpacked, basename(archive, '.tgz'));
      if (!existsSync(directory)) {
        mkdirSync(unpacked, { recursive: true });
        const work = mkdtempSync(join(unpacked, 'unpack-'));
        const answer = await run({
          program: 'tar',
          args: ['-xzf', archive, '-C', work],
          cwd: work,
          environment: { PATH: process.env.PATH ?? '' },
          limits: DEFAULT_LIMITS,
        });
        if (answer.ok && !existsSync(directory)) renameSync(join(work, name), directory);
        rmSync(work, { recursive: true, force: true });
        if (!answer.ok) return answer;
      }
      const revision = basename(archive, '.tgz').slice(name.length + 1);
      return ok({ repoURL, revision, directory });
    },
  };
}
