import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runChild } from './support/child.ts';

/** Listing pods of 13 KB over HTTP, in pages, into a projected snapshot; server and reader each in a process of their own. */
export async function benchList(): Promise<{ name: string; figures: Record<string, string | number> }[]> {
  const results = [];
  for (const pods of [1000, 5000, 10_000]) {
    const script = fileURLToPath(new URL('./support/pod-server.ts', import.meta.url));
    const server = spawn(process.execPath, [script, String(pods)], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [port] = await once(server.stdout, 'data');
      const figures = await runChild('./list-cluster.ts', [`http://127.0.0.1:${String(port).trim()}`]);
      if (figures['pods'] !== pods) throw new Error(`${figures['pods']} of ${pods} pods were listed`);
      results.push({
        name: `list over HTTP, ${pods} pods`,
        figures: {
          seconds: Number(figures['seconds']?.toFixed(2)),
          'pods a second': Math.round(pods / (figures['seconds'] ?? 1)),
          'peak RSS, MB': figures['peak'] ?? 0,
          'steady RSS, MB': figures['rss'] ?? 0,
          'steady heap, MB': figures['heapUsed'] ?? 0,
        },
      });
    } finally {
      server.kill();
    }
  }
  return results;
}
