import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual } from '../../domain/json.ts';
import type { Checkout } from '../../domain/source.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { Git } from '../../ports/git.ts';

/** How many commits of a file are read. */
const COMMITS = 20;

/** Whether a field of a YAML file with one document had a value in a commit before the checkout's. */
export async function heldBefore(
  git: Git,
  checkout: Checkout | undefined,
  { file, path, value }: { readonly file: string; readonly path: FieldPath; readonly value: JsonValue },
): Promise<boolean> {
  if (!checkout) return false;
  const repository = await git.open(checkout.repoURL);
  if (!repository.ok) return false;
  const commits = await repository.value.log(checkout.revision, [file], COMMITS);
  for (const { revision } of commits.ok ? commits.value : []) {
    const text = await repository.value.readFile(revision, file);
    const documents = text.ok && text.value !== undefined ? readDocuments(text.value, file) : undefined;
    const [document] = documents?.ok ? documents.value : [];
    if (document && deepEqual(getField(document.value, path), value)) return true;
  }
  return false;
}
