import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const RUNS = 15;

/** How long the built program takes to answer `--help`, beside a Node.js that does nothing; and how large it is. */
export function benchHelp(): Promise<{ name: string; figures: Record<string, string | number> }[]> {
  const program = join('dist', 'remendo.js');
  if (!existsSync(program)) throw new Error('build first: npm run build');
  const help = median([program, '--help']);
  const nothing = median(['-e', '']);
  const bytes = readdirSync('dist').reduce((sum, file) => sum + statSync(join('dist', file)).size, 0);
  const figures = {
    'median, ms': Math.round(help),
    'an empty program, ms': Math.round(nothing),
    'size of all pieces, MB': Number((bytes / 1e6).toFixed(1)),
  };
  return Promise.resolve([{ name: 'remendo --help, built', figures }]);
}

function median(args: readonly string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    execFileSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}
