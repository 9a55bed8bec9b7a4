import { distance } from 'fastest-levenshtein';

const SHORTEST_TYPO = 4;
const SHORTEST_SUBSTITUTION = 5;
const TWO_EDITS_FROM = 9;

/**
 * Whether `written` can be a slip of the pen for `meant`. Names differ in one word only, and numbers never differ: `db-1`
 * and `db-2`, `shop-eu` and `shop-us` are different things. In the word that differs, letters may be swapped, doubled,
 * dropped or added (one in four to eight letters, two from nine), or replaced in words of five or more; the first
 * letter stays, as it does in most slips. Equal apart from case, separators or look-alikes (l and 1, O and 0) is near too.
 */
export function isNear(written: string, meant: string): boolean {
  if (written === meant || written === '' || meant === '') return false;
  if (unconfused(written) === unconfused(meant)) return true;
  const a = words(written);
  const b = words(meant);
  if (a.join('') === b.join('')) return sameList(a.filter(isNumber), b.filter(isNumber));
  if (a.length !== b.length) return false;
  const different = a.flatMap((word, i) => (word === b[i] ? [] : [i]));
  const [only] = different;
  if (different.length !== 1 || only === undefined) return false;
  return isNearWord(a[only] ?? '', b[only] ?? '');
}

/** The candidates that `written` may have meant, without repeats, sorted. */
export function nearOnes(written: string, candidates: Iterable<string>): string[] {
  return [...new Set(candidates)].filter((candidate) => isNear(written, candidate)).sort();
}

/**
 * As `nearOnes`, for a few names of which one must be meant (the ports of one container): where none is near, one wrong letter in
 * a word of four counts too.
 */
export function nearOfFew(written: string, candidates: Iterable<string>): string[] {
  const all = [...candidates];
  const near = nearOnes(written, all);
  if (near.length > 0) return near;
  return [...new Set(all)].filter(
    (name) => isWord(written) && isWord(name) && name[0] === written[0] && distance(written, name) === 1,
  );
}

/** Long enough for a slip, and without the digits that tell things apart. */
function isWord(name: string): boolean {
  return name.length >= SHORTEST_TYPO && !/\d/.test(name);
}

/** Lower-case words of a name: split at separators, between letters and digits, and where camel case begins a word. */
function words(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/)
    .filter((word) => word !== '');
}

function isNearWord(written: string, meant: string): boolean {
  const longest = Math.max(written.length, meant.length);
  if (isNumber(written) || isNumber(meant) || longest < SHORTEST_TYPO) return false;
  if (isSwap(written, meant)) return true;
  if (written[0] !== meant[0]) return false;
  const edits = distance(written, meant);
  if (edits === 1) return written.length !== meant.length || longest >= SHORTEST_SUBSTITUTION;
  return longest >= TWO_EDITS_FROM && (edits === 2 || isSwapAndOne(written, meant));
}

/** Two neighbouring letters changed places: one slip, though the plain distance is two (Damerau). */
function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** A swap and one more slip, in words long enough for two. */
function isSwapAndOne(a: string, b: string): boolean {
  for (let i = 0; i + 1 < a.length; i++) {
    const swapped = `${a.slice(0, i)}${a[i + 1]}${a[i]}${a.slice(i + 2)}`;
    if (distance(swapped, b) <= 1) return true;
  }
  return false;
}

function isNumber(word: string): boolean {
  return /^\d/.test(word);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Look-alike characters folded into one. */
function unconfused(text: string): string {
  return text.replaceAll(/[lI|]/g, '1').replaceAll(/[oO]/g, '0').toLowerCase();
}
