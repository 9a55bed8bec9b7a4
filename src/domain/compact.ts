/** Strings longer than this are rarely repeated: sharing them is not worth a look-up. */
const LONGEST_STRING = 200;
const MAX_STRINGS = 20_000;
/** Characters of JSON of the largest part of a spec that is shared as a whole: an `env`, a probe, a list of mounts. */
const LARGEST_PART = 1000;
const MAX_PARTS = 5000;

/**
 * Makes a function that copies a JSON value into as little memory as possible: equal strings are held once, equal small
 * parts of a `spec` too (replicas and environments repeat them a thousand times), and no string is a slice of the text that
 * it was read from, which would keep that whole text alive. What it returns must not be written to.
 */
export function createCompactor(): <T>(value: T) => T {
  const strings = new Map<string, string>();
  const parts = new Map<string, object>();

  function shareString(text: string): string {
    return text.length > LONGEST_STRING ? text : shared(strings, MAX_STRINGS, text, () => text);
  }

  function sharePart(part: object): object {
    const text = JSON.stringify(part);
    if (text.length > LARGEST_PART) return shareIn(part, true);
    return shared(parts, MAX_PARTS, text, () => shareIn(part, false));
  }

  function shareIn(value: object, inSpec: boolean): object {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'string') Reflect.set(value, key, shareString(item));
      else if (typeof item !== 'object' || item === null) continue;
      else if (inSpec) Reflect.set(value, key, sharePart(item));
      else shareIn(item, key === 'spec');
    }
    return value;
  }

  return (value) => {
    const copy: typeof value = JSON.parse(JSON.stringify(value));
    if (typeof copy === 'object' && copy !== null) shareIn(copy, false);
    return copy;
  };
}

function shared<T>(pool: Map<string, T>, limit: number, key: string, make: () => T): T {
  const known = pool.get(key);
  if (known !== undefined) return known;
  if (pool.size >= limit) pool.clear();
  const made = make();
  pool.set(key, made);
  return made;
}
