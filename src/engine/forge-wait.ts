import { repositoryOf } from '../domain/repository-url.ts';
import type { EnginePorts } from './ports.ts';

/** A forge does not ask for more; a longer wait is a clock that was turned back. */
const LONGEST = 3600;

/** Limits are the credential's; a GitHub App has one for each owner. */
function keyOf(repoURL: string): string {
  const address = repositoryOf(repoURL);
  return `forge-wait:${address === undefined ? repoURL : `${address.host}/${address.owner}`.toLowerCase()}`;
}

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
  const host = repositoryOf(repoURL)?.host;
  const who = host === undefined ? 'the forge' : `the forge (${host})`;
  return left > 0 && left <= LONGEST ? `${who} wants to be left alone until ${until}` : undefined;
}
