import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** A started program. */
export interface Started {
  readonly name: string;
  readonly child: ChildProcess;
  readonly log: string;
}

export interface StartOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Programs of one run: each is written down with its id and start time before anything waits for it. */
export interface Processes {
  start(name: string, program: string, options: StartOptions): Started;
  /** Waits until `ready` answers true; throws with the end of the log where the program ends or the time is up. */
  waitFor(started: Started, ready: () => Promise<boolean>, seconds?: number): Promise<void>;
}

const LEDGER = 'pids';

export function createProcesses(directory: string): Processes {
  return {
    start(name, program, { args, env = {}, cwd = directory }) {
      const log = join(directory, `${name}.log`);
      const out = openSync(log, 'a');
      const child = spawn(program, args, {
        cwd,
        env: { PATH: process.env['PATH'], HOME: directory, ...env },
        stdio: ['ignore', out, out],
        detached: true,
      });
      closeSync(out);
      // A program that cannot be started is told by `waitFor`.
      child.on('error', (error) => appendFileSync(log, `${String(error)}\n`));
      const { pid } = child;
      if (pid !== undefined) {
        const written = { pid, since: startTime(pid) ?? '0', name, program, args, env, cwd };
        appendFileSync(join(directory, LEDGER), `${JSON.stringify(written)}\n`);
      }
      child.unref();
      return { name, child, log };
    },
    async waitFor({ name, child, log }, ready, seconds = 60) {
      const end = Date.now() + seconds * 1000;
      for (;;) {
        if (await ready().catch(() => false)) return;
        const gone = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
        if (gone || Date.now() > end) {
          const why = gone ? `ended with ${child.exitCode ?? child.signalCode}` : `is not ready after ${seconds} s`;
          throw new Error(`${name} ${why}; the end of its log:\n${tail(log)}`);
        }
        await sleep(200);
      }
    },
  };
}

function tail(log: string): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-25).join('\n') : '(empty)';
}

interface Known {
  readonly pid: number;
  readonly since: string | undefined;
}

/** Clock ticks from boot to the start of a process: with the id it names one process for good. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs; one that nobody has collected yet does not. */
export function isRunning({ pid, since }: Known): boolean {
  if (since === undefined || startTime(pid) !== since) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
}

/** Ends processes: politely, then not. */
async function end(known: readonly Known[]): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGTERM', 5],
    ['SIGKILL', 5],
  ] as const) {
    const running = known.filter(isRunning);
    for (const { pid } of running) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself.
      }
    }
    const until = Date.now() + seconds * 1000;
    while (known.some(isRunning) && Date.now() < until) await sleep(50);
  }
}

/** What the ledger says of one program: enough to end it, and to start it again. */
const Entry = z.object({
  pid: z.number(),
  since: z.string(),
  name: z.string(),
  program: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
});

function recorded(directory: string): z.infer<typeof Entry>[] {
  const ledger = join(directory, LEDGER);
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n') : [];
  return lines.flatMap((line) => (line === '' ? [] : [Entry.parse(JSON.parse(line))]));
}

/** Ends everything that a run wrote down, last started first, and what containers it left. */
export async function endRecorded(directory: string): Promise<void> {
  await end(recorded(directory).reverse());
  await end(shimsOf(directory));
}

/** Kills a program of a run without warning and starts it again in the same way. */
export async function crashAndRestart(directory: string, name: string): Promise<void> {
  const entry = recorded(directory).findLast((one) => one.name === name);
  if (entry === undefined) throw new Error(`${name} was never started`);
  if (isRunning(entry)) process.kill(entry.pid, 'SIGKILL');
  while (isRunning(entry)) await sleep(50);
  const { program, ...options } = entry;
  createProcesses(directory).start(name, program, options);
}

/** Container shims outlive containerd; they are known by the socket of this run in their arguments. */
function shimsOf(directory: string): Known[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      const ours = args.some((arg) => arg.startsWith(`${directory}/`)) && args[0]?.includes('containerd-shim') === true;
      return ours ? [{ pid: Number(entry), since: startTime(Number(entry)) }] : [];
    } catch {
      return [];
    }
  });
}

/** Free TCP ports of 127.0.0.1, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.on('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            if (address !== null && typeof address === 'object') resolve(address.port);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
