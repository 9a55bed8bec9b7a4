import type { FoundValue } from './read-value.ts';
import { readValue } from './read-value.ts';
import { secrecyOf } from './secret-name.ts';
import { isSecretValue, REDACTED } from './secret-value.ts';

/** `password: `, `"token":"`, `--api-key=`, `X-Api-Key: `, `export DB_PASSWORD=`; also as JSON inside a JSON string. */
const ASSIGNMENT = /(?<![\w.])([A-Za-z_.][\w.-]{1,100})(\\*["'])?([ \t]{0,4}(?::=|=>|[:=])[ \t]*)/g;
/** A command line flag whose value is the next word or list item: `--password x`, `["--token", "x"]`. */
const FLAG =
  /(?<![\w-])--?([A-Za-z][\w.-]{1,60})(?:["']?[ \t]*,[ \t]*|[ \t]+|["']?[ \t]*\n[ \t]*-[ \t]+)(?=["'\w$/+])/g;
/** An environment variable of a manifest, name first. */
const NAME_VALUE =
  /\bname\\*["']?[ \t]*:[ \t]*\\*["']?([A-Za-z_][\w.-]{0,100})\\*["']?(?:[\s,+-]|#[^\n]{0,200}\n){1,80}\\*["']?value\\*["']?[ \t]*:[ \t]*/g;
/** The same with the value first, as writers that sort keys by themselves do not write, but people do. */
const VALUE_NAME =
  /\bvalue(\\*["'])?[ \t]*:[ \t]*(\\*["'])?([^\n"'\\,}]{1,4096})\\*["']?[\s,]{1,40}\\*["']?name\\*["']?[ \t]*:[ \t]*\\*["']?([A-Za-z_][\w.-]{0,100})/g;
const LINE_START = /^(?:[+-]?[ \t]*)?(?:- )*(?:export[ \t]+|ENV[ \t]+)?["']?-{0,2}$/;

/** Hides the values of all fields, variables, flags and headers whose name says that they are secret. */
export function redactAssignments(text: string): string {
  let out = replaceValues(text, ASSIGNMENT, (match, key, separator) => {
    const before = text.slice(text.lastIndexOf('\n', match.index) + 1, match.index);
    return readValue(text, match.index + match[0].length, LINE_START.test(before) && key !== '', separator);
  });
  const afterPairs = out;
  out = replaceValues(afterPairs, NAME_VALUE, (match) => {
    const at = match.index + match[0].length;
    const line = afterPairs.slice(afterPairs.lastIndexOf('\n', at - 1) + 1, at);
    return readValue(afterPairs, at, /^[+-]?[ \t]*(?:- )?value:[ \t]*$/.test(line), true);
  });
  const afterValues = out.replace(VALUE_NAME, (whole, _q1, _q2, value: string, name: string) =>
    isSecretValue(name, value) ? whole.replace(value, REDACTED) : whole,
  );
  return replaceValues(afterValues, FLAG, (match) =>
    readValue(afterValues, match.index + match[0].length, false, false),
  );
}

type Find = (match: RegExpExecArray, key: string, colon: boolean) => FoundValue | undefined;

function replaceValues(text: string, pattern: RegExp, find: Find): string {
  let out = '';
  let done = 0;
  const search = new RegExp(pattern.source, 'g');
  for (let match = search.exec(text); match; match = search.exec(text)) {
    const [, name = '', , separator = ''] = match;
    // First what costs nothing: reading a value looks at the rest of its line.
    if (secrecyOf(name) === 'none') continue;
    const found = find(match, name, separator.includes(':') && !separator.includes(':='));
    if (!found || !isSecretValue(name, text.slice(found.start, found.end))) continue;
    out += text.slice(done, found.start) + REDACTED;
    done = found.end;
    search.lastIndex = Math.max(found.end, search.lastIndex);
  }
  return out + text.slice(done);
}
