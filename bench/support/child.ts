import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of this folder in a process of its own, so that its memory is its own, and returns the JSON of its
 * last line of output. Fails with the script's error output.
 */
export async function runChild(script: string, args: readonly string[]): Promise<Record<string, number>> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  const line = output.trim().split('\n').at(-1) ?? '';
  const figures: unknown = JSON.parse(line === '' ? '{}' : line);
  if (typeof figures !== 'object' || figures === null) throw new Error(`${script} printed no figures`);
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value)]));
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

/** Peak resident set of this process in megabytes. Not getrusage's: that one begins with the parent's size. */
export function peakMegabytes(): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return megabytes(Number(kibibytes) * 1024);
  } catch {
    // Not Linux: what getrusage says is the best there is.
  }
  return megabytes(process.resourceUsage().maxRSS * 1024);
}
