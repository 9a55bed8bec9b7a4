import { readFileSync } from 'node:fs';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err } from '../domain/result.ts';
import type { YamlDocument } from '../domain/yaml/read.ts';
import { readDocuments } from '../domain/yaml/read.ts';

/** The YAML or JSON documents of a file that a person named. Error codes: `code` where it cannot be read, those of readDocuments. */
export function readInput(file: string, code: string, what: string): Result<YamlDocument[], Problem> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(problem(code, `cannot read the ${what}: ${reason}`, { place: { file } }));
  }
  return readDocuments(text, file);
}
