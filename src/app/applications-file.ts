import { isArray, isObject, plainText } from '../domain/json.ts';
import type { JsonValue } from '../domain/json.ts';
import type { Application } from '../domain/kubernetes/application.ts';
import { kindOf, project } from '../domain/kubernetes/project.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import { readInput } from './input-file.ts';

/**
 * Reads the Applications of a file, those in lists (as kubectl prints several) included. Error codes: `application-missing`, `application-invalid`, those of
 * readDocuments.
 */
export function readApplications(file: string): Result<readonly Application[], Problem> {
  const documents = readInput(file, 'application-missing', 'Application');
  if (!documents.ok) return documents;
  const applications: Application[] = [];
  for (const value of documents.value.flatMap((document) => objectsOf(document.value))) {
    if (!isObject(value) || kindOf(value) !== 'Application') continue;
    const parsed = project('Application', value);
    if (!parsed.ok) return err(problem('application-invalid', parsed.error, { place: { file } }));
    applications.push(parsed.value);
  }
  if (applications.length > 0) return ok(applications);
  const hint = 'it must hold an object of kind Application, apiVersion argoproj.io/v1alpha1';
  return err(problem('application-missing', 'the file holds no Application', { place: { file }, hint }));
}

/** The items of a List; of anything else itself. */
function objectsOf(value: JsonValue): readonly JsonValue[] {
  return isObject(value) && plainText(value.kind).endsWith('List') && isArray(value.items) ? value.items : [value];
}
