import type { EnginePorts } from './ports.ts';

/** A forge does not ask for more; a longer wait is a clock that was turned back. */
const LONGEST = 3600;

const keyOf = (repoURL: string): string => `forge-wait:${repoURL}`;

/** Notes that the forge wants to be left alone for some seconds. */
export function noteWait(
  { store, clock }: Pick<EnginePorts, 'store' | 'clock'>,
  repoURL: string,
  seconds: number | undefined,
): void {
  if (seconds === undefined) return;
  const wait = Math.min(seconds, LONGEST);
  store.set(keyOf(repoURL), new Date(clock.now().getTime() + wait * 1000).toISOString(), wait);
}

/** Why the forge must not be asked now; undefined where it may. */
export function mustWait({ store, clock }: Pick<EnginePorts, 'store' | 'clock'>, repoURL: string): string | undefined {
  const until = store.get(keyOf(repoURL));
  if (until === undefined) return undefined;
  const left = (Date.parse(until) - clock.now().getTime()) / 1000;
  return left > 0 && left <= LONGEST ? `the forge wants to be left alone until ${until}` : undefined;
}
