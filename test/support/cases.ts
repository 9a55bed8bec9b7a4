import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createDirectoryRenderer } from '../../src/adapters/render/directory.ts';
import { createHelmRenderer } from '../../src/adapters/render/helm.ts';
import { createKustomizeRenderer } from '../../src/adapters/render/kustomize.ts';
import type { FieldPath } from '../../src/domain/field-path.ts';
import { parseFieldPath } from '../../src/domain/field-path.ts';
import { Application } from '../../src/domain/kubernetes/application.ts';
import { JsonValueSchema } from '../../src/domain/kubernetes/json-schema.ts';
import type { ObjectRef } from '../../src/domain/object-ref.ts';
import { noObjects } from '../../src/domain/snapshot.ts';
import { readDocuments } from '../../src/domain/yaml/read.ts';
import { indexApplications } from '../../src/stages/locate/applications.ts';
import type { Sources } from '../../src/stages/locate/sources.ts';
import { createSources } from '../../src/stages/locate/sources.ts';
import { localGit, quiet, repositoryOf } from './checkouts.ts';
import { tools } from './tools.ts';

/** What a case's expect.json asks: one field, where it is, and what an edit of it gives. */
const Question = z.strictObject({
  application: z.string(),
  /** `apiVersion/kind/name`, as in `apps/v1/Deployment/web`. */
  object: z.string(),
  field: z.string(),
  /** `file:line:column`, or `refused CODE`. */
  trace: z.string().optional(),
  set: JsonValueSchema.optional(),
  add: JsonValueSchema.optional(),
  remove: z.boolean().optional(),
  /** File, then the changed lines of its diff. */
  diff: z.array(z.string()).optional(),
  files: z.array(z.string()).optional(),
  /** Number of lines taken out, or put in where none are. */
  changed: z.number().optional(),
  /** Code of the refusal. */
  refused: z.string().optional(),
  /** Words of the refusal. */
  says: z.string().optional(),
});
export type Question = z.infer<typeof Question>;
const Expect = z.strictObject({ about: z.string(), questions: z.array(Question) });

export interface SourceCase extends Disposable {
  readonly name: string;
  readonly questions: readonly Question[];
  readonly applications: readonly Application[];
  readonly sources: Sources;
  readonly repoURL: string;
}

export const CASES = join(import.meta.dirname, '..', '..', 'fixtures', 'sources');

export function caseNames(): readonly string[] {
  return readdirSync(CASES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** A case as a real Git repository, with its Applications in a snapshot and real renderers. */
export function openCase(name: string): SourceCase {
  const folder = join(CASES, name);
  const { questions } = Expect.parse(JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')));
  const applications = readdirSync(join(folder, 'applications'))
    .sort()
    .map((file) => readApplication(join(folder, 'applications', file)));
  const repoURL = `https://git.example.com/team/${name}.git`;
  const directory = repositoryOf(join(folder, 'repo'));
  const git = localGit({ [repoURL]: directory });
  const snapshot = {
    cluster: 'test',
    takenAt: '2026-11-21T12:00:00Z',
    objects: { ...noObjects(), Application: applications },
    blind: [],
  };
  const binaries = tools();
  const sources = createSources({
    git,
    renderers: [createDirectoryRenderer(), createKustomizeRenderer({ binaries }), createHelmRenderer({ binaries })],
    applications: indexApplications(snapshot),
    log: quiet,
  });
  return {
    name,
    questions,
    applications,
    sources,
    repoURL,
    [Symbol.dispose]() {
      git.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function readApplication(file: string): Application {
  const documents = readDocuments(readFileSync(file, 'utf8'), file);
  if (!documents.ok) throw new Error(documents.error.message);
  return Application.parse(documents.value[0]?.value);
}

export function fieldPath(text: string): FieldPath {
  const path = parseFieldPath(text);
  if (!path.ok) throw new Error(path.error.message);
  return path.value;
}

/** `apps/v1/Deployment/web` in an Application's namespace. */
export function objectRef(text: string, namespace: string | undefined): ObjectRef {
  const parts = text.split('/');
  const name = parts.pop() ?? '';
  const kind = parts.pop() ?? '';
  const ref = { apiVersion: parts.join('/'), kind, name };
  return namespace === undefined ? ref : { ...ref, namespace };
}
