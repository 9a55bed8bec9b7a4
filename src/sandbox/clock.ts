/** A callback that is due at a moment of sandbox time. */
export interface SandboxTimer {
  cancel(): void;
}

/** Time of the embedded world: real (perhaps faster), or turned by hand. Its shape fits the `Clock` port. */
export interface SandboxClock {
  now(): Date;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Runs `task` once, `milliseconds` of sandbox time from now. */
  after(milliseconds: number, task: () => void | Promise<void>): SandboxTimer;
  /** Manual clocks only: moves time and runs what falls due, in order, waiting for each task. */
  advance(milliseconds: number): Promise<void>;
  /** Cancels everything that is still waiting, so that the process can end. */
  stop(): void;
}

/** How fast the sandbox's time goes, and where it begins. */
export interface SandboxClockOptions {
  /** Sandbox seconds per real second; 1 when absent. Ignored by a manual clock. */
  readonly speed?: number;
  /** True: time stands still until `advance`. */
  readonly manual?: boolean;
  /** First moment, RFC 3339; now when absent. */
  readonly start?: string;
}

interface Pending {
  readonly due: number;
  readonly order: number;
  readonly task: () => void | Promise<void>;
}

/** Makes a clock that runs, or one that stands until it is advanced. */
export function createSandboxClock(options: SandboxClockOptions = {}): SandboxClock {
  const start = options.start === undefined ? Date.now() : Date.parse(options.start);
  return options.manual === true ? manualClock(start) : realClock(start, options.speed ?? 1);
}

function sleeper(after: SandboxClock['after']): SandboxClock['sleep'] {
  return (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = after(milliseconds, done);
      signal?.addEventListener('abort', done, { once: true });
    });
}

function realClock(start: number, speed: number): SandboxClock {
  const origin = performance.now();
  const handles = new Set<NodeJS.Timeout>();
  const after: SandboxClock['after'] = (milliseconds, task) => {
    const handle = setTimeout(() => {
      handles.delete(handle);
      void task();
    }, milliseconds / speed);
    handles.add(handle);
    return {
      cancel: () => {
        clearTimeout(handle);
        handles.delete(handle);
      },
    };
  };
  return {
    now: () => new Date(start + (performance.now() - origin) * speed),
    after,
    sleep: sleeper(after),
    advance: () => Promise.reject(new Error('only a manual clock can be advanced')),
    stop: () => {
      for (const handle of handles) clearTimeout(handle);
      handles.clear();
    },
  };
}

function manualClock(start: number): SandboxClock {
  let now = start;
  let order = 0;
  const pending = new Set<Pending>();
  const after: SandboxClock['after'] = (milliseconds, task) => {
    const entry: Pending = { due: now + Math.max(0, milliseconds), order: order++, task };
    pending.add(entry);
    return { cancel: () => void pending.delete(entry) };
  };
  const nextBefore = (end: number): Pending | undefined => {
    let best: Pending | undefined;
    for (const entry of pending) {
      if (entry.due > end) continue;
      if (!best || entry.due < best.due || (entry.due === best.due && entry.order < best.order)) best = entry;
    }
    return best;
  };
  return {
    now: () => new Date(now),
    after,
    sleep: sleeper(after),
    advance: async (milliseconds) => {
      const end = now + milliseconds;
      for (let entry = nextBefore(end); entry; entry = nextBefore(end)) {
        pending.delete(entry);
        now = Math.max(now, entry.due);
        await entry.task();
      }
      now = end;
    },
    stop: () => pending.clear(),
  };
}
