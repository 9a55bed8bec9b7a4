import type { JsonValue } from '../../domain/json.ts';
import { parseJson } from '../../domain/json.ts';

/** Longest answer that is read. */
const LONGEST = 200_000;

/**
 * The JSON object in a model's answer: the text itself, what a code fence holds, or the first object in it that parses.
 * Reasoning that some models print before (`<think>`) is passed over. Undefined where there is none.
 */
export function readJsonText(text: string): JsonValue | undefined {
  const answer = text.slice(0, LONGEST).replace(/^\s*<think>[\s\S]*?<\/think>/, '');
  const fenced = firstFence(answer);
  return parseJson(answer) ?? (fenced === undefined ? undefined : parseJson(fenced)) ?? firstObject(answer);
}

/** What the first code fence holds. Line by line: models that lose their way write thousands of empty lines. */
function firstFence(text: string): string | undefined {
  const lines = text.split('\n');
  const open = lines.findIndex((line) => /```(?:json)?\s*$/.test(line));
  const close = lines.findIndex((line, i) => i > open && line.trimStart().startsWith('```'));
  return open < 0 || close < 0 ? undefined : lines.slice(open + 1, close).join('\n');
}

/** Tries at most this many opening braces: each costs a walk over the rest. */
const MOST_TRIES = 20;

function firstObject(text: string): JsonValue | undefined {
  let start = text.indexOf('{');
  for (let tries = 0; start >= 0 && tries < MOST_TRIES; tries++) {
    const end = closingBrace(text, start);
    const value = end === undefined ? undefined : parseJson(text.slice(start, end + 1));
    if (value !== undefined) return value;
    start = text.indexOf('{', start + 1);
  }
  return undefined;
}

/** The brace that closes the one at `start`, braces in JSON texts not counted. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  let inText = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inText) {
      if (char === '\\') at++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
  }
  return undefined;
}
