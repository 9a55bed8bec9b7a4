import { z } from 'zod';
import type { Operation } from '../domain/change.ts';
import { fromPointer } from '../domain/field-path.ts';
import type { JsonObject } from '../domain/json.ts';
import { JsonValueSchema } from '../domain/kubernetes/json-schema.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import { readInput } from './input-file.ts';

const Path = z.string().startsWith('/');
const Operations = z.array(
  z.union([
    z.object({ op: z.enum(['add', 'replace', 'test']), path: Path, value: JsonValueSchema }),
    z.object({ op: z.literal('remove'), path: Path }),
  ]),
);

/** Reads RFC 6902 operations (JSON or YAML) for one declared object. Error codes: `operations-missing`, `operations-invalid`. */
export function readOperations(file: string, declared: JsonObject): Result<readonly Operation[], Problem> {
  const documents = readInput(file, 'operations-missing', 'operations');
  if (!documents.ok) return documents;
  const parsed = Operations.safeParse(documents.value[0]?.value);
  if (!parsed.success) {
    const hint =
      'write a list of {op: add|replace|remove|test, path: /json/pointer, value}; move and copy are not known';
    return err(problem('operations-invalid', z.prettifyError(parsed.error), { place: { file }, hint }));
  }
  return ok(
    parsed.data.map((operation): Operation => {
      const path = fromPointer(declared, operation.path);
      return operation.op === 'remove' ? { op: 'remove', path } : { op: operation.op, path, value: operation.value };
    }),
  );
}
