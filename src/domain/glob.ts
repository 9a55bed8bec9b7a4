/** Whether a path matches; undefined where the pattern is malformed: whoever it was written for matches nothing with it. */
type Compiled = ((path: string) => boolean) | undefined;

/**
 * A glob as Argo CD matches it against a path relative to the source's folder (util/glob, gobwas without separators):
 * `*` and `**` match any run of characters, slashes too, `?` one character, `[a-z]`, `[!a]`, `{a,b}`, and `\` quotes.
 */
export function compileGlob(pattern: string): Compiled {
  return compile(pattern, { one: '.', star: '.*', doubleStar: '.*', braces: true });
}

/** A glob whose `*` and `?` stop at slashes while `**` does not (doublestar), as for Helm value files. */
export function compilePathGlob(pattern: string): Compiled {
  return compile(pattern, { one: '[^/]', star: '[^/]*', doubleStar: '.*', braces: true });
}

/** Go's path.Match: `*`, `**` and `?` stop at slashes, braces are letters. */
export function compilePathMatch(pattern: string): Compiled {
  return compile(pattern, { one: '[^/]', star: '[^/]*', doubleStar: '[^/]*', braces: false });
}

/** A pathspec of `git ls-files` without magic words (gitglossary): `*` and `?` match slashes too, braces are letters. */
export function compilePathspec(pattern: string): Compiled {
  return compile(pattern, { one: '.', star: '.*', doubleStar: '.*', braces: false });
}

/** Whether a path holds any sign of a glob. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/** What the signs of a pattern stand for, as parts of a regular expression. */
interface Dialect {
  readonly one: string;
  readonly star: string;
  readonly doubleStar: string;
  /** Whether `{a,b}` is either. */
  readonly braces: boolean;
}

function compile(pattern: string, { one, star, doubleStar, braces }: Dialect): Compiled {
  let out = '';
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === '\\') out += quote(pattern.charAt(++i));
    else if (char === '?') out += one;
    else if (char === '*') {
      const double = pattern.charAt(i + 1) === '*';
      if (double) i++;
      if (double && star !== doubleStar && pattern.charAt(i + 1) === '/') {
        out += '(?:.*/)?';
        i++;
      } else out += double ? doubleStar : star;
    } else if (char === '[') {
      const end = pattern.indexOf(']', i + 2);
      if (end < 0) return undefined;
      const body = pattern.slice(i + 1, end).replace(/\\/g, '\\\\');
      out += `[${body.startsWith('!') || body.startsWith('^') ? `^${body.slice(1)}` : body}]`;
      i = end;
    } else if (braces && char === '{') {
      depth++;
      out += '(?:';
    } else if (char === '}' && depth > 0) {
      depth--;
      out += ')';
    } else if (char === ',' && depth > 0) out += '|';
    else out += quote(char);
  }
  if (depth > 0) return undefined;
  try {
    const regex = new RegExp(`^${out}$`, 's');
    return (path) => regex.test(path);
  } catch {
    return undefined;
  }
}

function quote(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
