import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
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
  /** Id of the user and group it runs as; the user of this process where absent. */
  readonly user?: number | undefined;
  /** Hears what the program says, which is kept in its log as well. Such a program ends with this process. */
  readonly hear?: (chunk: Buffer) => void;
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
    start(name, program, { args, env = {}, cwd = directory, user, hear }) {
      const log = join(directory, `${name}.log`);
      const out = openSync(log, 'a');
      const child = spawn(program, args, {
        cwd,
        // Collecting garbage less often takes memory, of which there is enough, instead of the processors, which all share.
        env: { PATH: process.env['PATH'], HOME: directory, GOGC: '400', ...env },
        stdio: hear === undefined ? ['ignore', out, out] : ['ignore', 'pipe', 'pipe'],
        // It leads a group of its own, by which what it starts is ended with it.
        detached: true,
        ...(user === undefined ? {} : { uid: user, gid: user }),
      });
      closeSync(out);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          appendFileSync(log, chunk);
          hear?.(chunk);
        });
      }
      // A program that cannot be started is told by `waitFor`.
      child.on('error', (error) => appendFileSync(log, `${String(error)}\n`));
      const { pid } = child;
      if (pid !== undefined) {
        const written = { pid, since: startTime(pid) ?? '0', name, program, args, env, cwd, user };
        // Its environment may hold what is nobody else's business.
        appendFileSync(join(directory, LEDGER), `${JSON.stringify(written)}\n`, { mode: 0o600 });
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

/** Whether a process is over, its group and its start time: /proc/PID/stat after the name, which may hold anything (proc_pid_stat(5)). */
function statOf(pid: number): { readonly over: boolean; readonly group: number; readonly since: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A process of many threads shows "Z" when its first one is over; its sockets stay until the last one is.
    const over = fields[0] === 'Z' && Number(fields[17]) <= 1;
    return { over, group: Number(fields[2]), since: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Clock ticks from boot to the start of a process: with the id it names one process for good. */
export function startTime(pid: number): string | undefined {
  return statOf(pid)?.since;
}

/** Whether this very process still runs; one that nobody has collected yet does not. */
export function isRunning({ pid, since }: Known): boolean {
  const stat = statOf(pid);
  return since !== undefined && stat?.since === since && !stat.over;
}

const processIds = (): number[] =>
  readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));

/** Ends processes with all that is in their groups: politely, then not. */
async function end(known: readonly Known[]): Promise<void> {
  const leaders = new Set(known.filter(isRunning).map(({ pid }) => pid));
  const remaining = (): readonly number[] =>
    processIds().filter((pid) => {
      const stat = statOf(pid);
      return stat !== undefined && !stat.over && (leaders.has(pid) || leaders.has(stat.group));
    });
  for (const [signal, seconds] of [
    ['SIGTERM', 5],
    ['SIGKILL', 5],
  ] as const) {
    for (const pid of remaining()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself.
      }
    }
    const until = Date.now() + seconds * 1000;
    while (remaining().length > 0 && Date.now() < until) await sleep(50);
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
  user: z.number().optional(),
});

function recorded(directory: string): z.infer<typeof Entry>[] {
  const ledger = join(directory, LEDGER);
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n') : [];
  return lines.flatMap((line) => (line === '' ? [] : [Entry.parse(JSON.parse(line))]));
}

/** How a program of a run was started last; throws where it never was. */
export function startedAs(directory: string, name: string): StartOptions & { readonly program: string } {
  const entry = recorded(directory).findLast((one) => one.name === name);
  if (entry === undefined) throw new Error(`${name} was never started`);
  const { program, args, env, cwd, user } = entry;
  return { program, args, env, cwd, user };
}

/** Ends everything that a run wrote down, last started first, and what containers it left. */
export async function endRecorded(directory: string): Promise<void> {
  await end(recorded(directory).reverse());
  await end(shimsOf(directory));
}

/** Kills programs of a run without warning, all at once; the answer starts one of them again, in the same way. */
export async function crash(directory: string, names: readonly string[]): Promise<(name: string) => Started> {
  const entries = names.map((name) => {
    const entry = recorded(directory).findLast((one) => one.name === name);
    if (entry === undefined) throw new Error(`${name} was never started`);
    return entry;
  });
  for (const entry of entries) if (isRunning(entry)) process.kill(entry.pid, 'SIGKILL');
  while (entries.some(isRunning)) await sleep(50);
  return (name) => {
    const entry = entries.find((one) => one.name === name);
    if (entry === undefined) throw new Error(`${name} was not killed`);
    const { program, ...options } = entry;
    return createProcesses(directory).start(name, program, options);
  };
}

/** Container shims outlive containerd; they are known by the socket of this run in their arguments. */
function shimsOf(directory: string): Known[] {
  return processIds().flatMap((pid) => {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const ours = args.some((arg) => arg.startsWith(`${directory}/`)) && args[0]?.includes('containerd-shim') === true;
      return ours ? [{ pid, since: startTime(pid) }] : [];
    } catch {
      return [];
    }
  });
}

/**
 * Where ports are taken from: below those that the kernel gives to outgoing connections (ip_local_port_range), so that
 * none is lost between the choice and its use, nor while a program is started again.
 */
const PORTS = { first: 20_000, end: 30_000 };
/** Given away by this process: programs that start at the same time do not get the same one. */
const given = new Set<number>();

/** Free TCP ports of an address of this machine, all different. */
export async function freePorts(count: number, address = '127.0.0.1'): Promise<number[]> {
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count && attempt < 1000; attempt++) {
    const port = randomInt(PORTS.first, PORTS.end);
    if (given.has(port) || !(await isFree(port, address))) continue;
    given.add(port);
    ports.push(port);
  }
  if (ports.length < count) throw new Error(`${address} has no free port from ${PORTS.first} to ${PORTS.end - 1}`);
  return ports;
}

function isFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}
