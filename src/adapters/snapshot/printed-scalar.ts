/** What a plain scalar may not start with, or not in the printed subset. */
const INDICATOR = /^[,[\]{}#&*!|>'"%@`?:=]|^-(?:\s|$)|^[-+]?\.(?:inf|nan)$|^<<$/i;
/** YAML 1.1 booleans that 1.2 reads as words; whole words only. */
const OLD_BOOLEAN = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;
/** All that some YAML version may read as a number: octal, hexadecimal, binary, underscores, exponents, base 60, dates. */
const NUMBER_LIKE =
  /^[-+]?(?:0[xXbBoO][0-9a-fA-F_]+|(?=[._]*[0-9])[0-9_,]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]+)?|[0-9_]+(?::[0-9_.]+)+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})$/;

/** The value of a plain scalar that every YAML version reads alike; undefined where one might not. */
export function plainScalar(source: string): string | number | boolean | null | undefined {
  if (source === 'true') return true;
  if (source === 'false') return false;
  if (source === 'null') return null;
  if (source === '' || INDICATOR.test(source) || OLD_BOOLEAN.test(source) || source === '~') return undefined;
  if (NUMBER.test(source)) return source === '-0' ? undefined : Number(source);
  if (NUMBER_LIKE.test(source)) return undefined;
  return source.includes(' #') || source.includes(': ') || source.endsWith(':') || source.includes('\t')
    ? undefined
    : source;
}

/** The value of a quoted scalar, quotes included; undefined where it uses what the printed subset leaves out. */
export function quotedScalar(source: string): string | undefined {
  const folded = source.includes('\n') ? fold(source) : source;
  if (folded === undefined) return undefined;
  if (folded.startsWith("'")) return folded.slice(1, -1).replaceAll("''", "'");
  try {
    const value: unknown = JSON.parse(folded);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** YAML's flow folding: a line break is a space, and each blank line a line feed. */
function fold(source: string): string | undefined {
  const lines = source.split('\n');
  let out = (lines[0] ?? '').trimEnd();
  let breaks = 0;
  for (const [index, raw] of lines.slice(1).entries()) {
    const last = index === lines.length - 2;
    const content = last ? raw.trimStart() : raw.trim();
    // An escaped line break, or a document marker inside the quotes: left to the full reader.
    if (out.endsWith('\\') || /^(?:---|\.\.\.)/.test(raw)) return undefined;
    if (content === '' && !last) {
      breaks++;
      continue;
    }
    const feed = source.startsWith('"') ? '\\n' : '\n';
    out += (breaks === 0 ? ' ' : feed.repeat(breaks)) + content;
    breaks = 0;
  }
  return out;
}
