import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys of its own',
};

/** What zod finds wrong, in words for people who write YAML; undefined where zod's own sentence has to do. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  if (input === undefined && issue.code !== 'unrecognized_keys') return 'is required';
  if (input === null) return 'is empty: give it a value, or take the line out';
  if (issue.code === 'invalid_type') return wrongKind(issue.expected, input);
  if (issue.code === 'invalid_value') return `write one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_big')
    return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return 'must not be empty';
    return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
  }
  if (issue.code === 'invalid_format' && issue.format === 'url') return 'write a whole address: https://HOST/PATH';
  return undefined;
}

/** YAML 1.1 took these for true and false, YAML 1.2 takes them for text. */
const FORMER_BOOLEANS = /^(?:yes|no|on|off|y|n)$/i;

function wrongKind(expected: string, input: unknown): string {
  const wanted = KINDS[expected] ?? expected;
  if (expected === 'boolean' && typeof input === 'string' && FORMER_BOOLEANS.test(input)) {
    return `${wanted} is expected: here ${input} is text`;
  }
  if (expected === 'array' && typeof input === 'string') return `a list is expected: write [${input}]`;
  return `${wanted} is expected, not ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (typeof input === 'string') return 'text';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a section';
  return JSON.stringify(input) ?? 'this';
}
