/** Whether a sign of a pattern takes a character. */
export type Takes = (character: string) => boolean;

/** A way from one place of a pattern to another: by a character, or without one. */
interface Step {
  readonly to: number;
  readonly takes?: Takes;
}

/** A glob that is put together sign by sign, and then matches paths. */
export interface Machine {
  /** One character. */
  take(takes: Takes): void;
  /** Any number of characters, also none. */
  takeMany(takes: Takes): void;
  /** Nothing, or any number of characters and a slash. */
  takeFolders(takes: Takes): void;
  /** Begins alternatives; `or` begins the next one, `close` ends the last. */
  open(): void;
  or(): void;
  close(): void;
  /** Alternatives that are open. */
  depth(): number;
  matches(path: string): boolean;
}

/**
 * A machine that is in several places of its pattern at once, so that a match costs no more than pattern times path.
 * Patterns come from Applications and repositories: as a regular expression one of twenty stars would never end.
 */
export function createMachine(): Machine {
  const steps: Step[][] = [[]];
  const open: { readonly begin: number; readonly end: number }[] = [];
  let at = 0;
  const place = (): number => steps.push([]) - 1;
  const go = (from: number, to: number, takes?: Takes): number => {
    steps[from]?.push(takes === undefined ? { to } : { to, takes });
    return to;
  };
  const take = (takes: Takes): void => void (at = go(at, place(), takes));
  const takeMany = (takes: Takes): void => {
    at = go(at, place());
    go(at, at, takes);
  };
  return {
    take,
    takeMany,
    takeFolders(takes) {
      const before = at;
      takeMany(takes);
      take((character) => character === '/');
      go(before, at);
    },
    open() {
      const begin = go(at, place());
      open.push({ begin, end: place() });
      at = go(begin, place());
    },
    or() {
      const group = open.at(-1);
      if (!group) return;
      go(at, group.end);
      at = go(group.begin, place());
    },
    close() {
      const group = open.pop();
      if (group) at = go(at, group.end);
    },
    depth: () => open.length,
    matches: (path) => ends(steps, at, path),
  };
}

/** Whether the way of a path through the machine can end at its last place. */
function ends(steps: readonly (readonly Step[])[], last: number, path: string): boolean {
  const reached = (places: readonly number[]): Set<number> => {
    const all = new Set(places);
    for (const from of all) for (const { to, takes } of steps[from] ?? []) if (!takes) all.add(to);
    return all;
  };
  let places = reached([0]);
  for (const character of path) {
    const next = [...places].flatMap((from) => steps[from] ?? []).filter(({ takes }) => takes?.(character));
    places = reached(next.map(({ to }) => to));
    if (places.size === 0) return false;
  }
  return places.has(last);
}
