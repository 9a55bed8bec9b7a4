import type { Takes } from './glob-machine.ts';
import { createMachine } from './glob-machine.ts';

/** Whether a path matches; undefined where the pattern is malformed: whoever it was written for matches nothing with it. */
type Compiled = ((path: string) => boolean) | undefined;

const ANY: Takes = () => true;
const NO_SLASH: Takes = (character) => character !== '/';

/**
 * A glob as Argo CD matches it against a path relative to the source's folder (util/glob, gobwas without separators):
 * `*` and `**` match any run of characters, slashes too, `?` one character, `[a-z]`, `[!a]`, `{a,b}`, and `\` quotes.
 */
export function compileGlob(pattern: string): Compiled {
  return compile(pattern, { one: ANY, star: ANY, doubleStar: ANY, braces: true });
}

/** A glob whose `*` and `?` stop at slashes while `**` does not (doublestar), as for Helm value files. */
export function compilePathGlob(pattern: string): Compiled {
  return compile(pattern, { one: NO_SLASH, star: NO_SLASH, doubleStar: ANY, braces: true });
}

/** Go's path.Match: `*`, `**` and `?` stop at slashes, braces are letters. */
export function compilePathMatch(pattern: string): Compiled {
  return compile(pattern, { one: NO_SLASH, star: NO_SLASH, doubleStar: NO_SLASH, braces: false });
}

/** A pathspec of `git ls-files` without magic words (gitglossary): `*` and `?` match slashes too, braces are letters. */
export function compilePathspec(pattern: string): Compiled {
  return compile(pattern, { one: ANY, star: ANY, doubleStar: ANY, braces: false });
}

/** Whether a path holds any sign of a glob. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/** What the signs of a pattern take. */
interface Dialect {
  readonly one: Takes;
  readonly star: Takes;
  readonly doubleStar: Takes;
  /** Whether `{a,b}` is either. */
  readonly braces: boolean;
}

function compile(pattern: string, { one, star, doubleStar, braces }: Dialect): Compiled {
  const machine = createMachine();
  const signs = Array.from(pattern);
  for (let i = 0; i < signs.length; i++) {
    const sign = signs[i];
    if (sign === '\\') {
      const quoted = signs[++i];
      if (quoted !== undefined) machine.take((character) => character === quoted);
    } else if (sign === '?') machine.take(one);
    else if (sign === '*') {
      const double = signs[i + 1] === '*';
      if (double) i++;
      if (double && star !== doubleStar && signs[i + 1] === '/') {
        machine.takeFolders(doubleStar);
        i++;
      } else machine.takeMany(double ? doubleStar : star);
    } else if (sign === '[') {
      const end = signs.indexOf(']', i + 2);
      const takes = end < 0 ? undefined : oneOf(signs.slice(i + 1, end).join(''));
      if (!takes) return undefined;
      machine.take(takes);
      i = end;
    } else if (braces && sign === '{') machine.open();
    else if (sign === '}' && machine.depth() > 0) machine.close();
    else if (sign === ',' && machine.depth() > 0) machine.or();
    else machine.take((character) => character === sign);
  }
  return machine.depth() > 0 ? undefined : (path) => machine.matches(path);
}

/** The characters between brackets; undefined where they are no class (`[z-a]`). */
function oneOf(body: string): Takes | undefined {
  const negated = /^[!^]/.test(body);
  const plain = body.slice(negated ? 1 : 0).replaceAll(/[\\\]^]/g, '\\$&');
  try {
    const characters = new RegExp(`^[${negated ? '^' : ''}${plain}]$`, 'su');
    return (character) => characters.test(character);
  } catch {
    return undefined;
  }
}
