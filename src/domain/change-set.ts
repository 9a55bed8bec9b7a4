import type { Operation } from './change.ts';
import type { ObjectRef } from './object-ref.ts';

/** A replaced run of a text. Offsets are UTF-16 code units into the text before the edit. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One edited file of a checkout; `path` is relative to the repository's root, with forward slashes. */
export interface FileChange {
  readonly path: string;
  /** `text`: not YAML (what a generator puts into a ConfigMap as it is), so no SourceEdit describes the change. */
  readonly kind?: 'text';
  readonly before: string;
  readonly after: string;
  readonly spans: readonly Span[];
  /** Unified diff of this file with three lines of context. */
  readonly diff: string;
  /** 1-based line of the first changed line, before the edit. */
  readonly line: number;
}

/** What is to be done to one YAML document of one file: the source-level form of a Change. */
export interface SourceEdit {
  readonly path: string;
  readonly document: DocumentSelector;
  /** Operations on that document's own structure (a values file, a kustomization, a manifest). */
  readonly operations: readonly Operation[];
  /** Set where the document is YAML inside a string of another document (`values: |`, `patch: |`): the path of that string. */
  readonly inside?: { readonly path: Operation['path'] };
}

/** A document of a YAML file: by its place from 0 on, or by the object that it declares. */
export type DocumentSelector =
  { readonly index: number } | { readonly ref: ObjectRef; readonly defaultNamespace?: string };

/** All edits of one fix in one repository, on top of one commit. */
export interface ChangeSet {
  readonly repoURL: string;
  /** Full SHA of the commit that the files were read from. */
  readonly baseRevision: string;
  /** Branch that the Application follows there, where it follows several revisions of the repository. */
  readonly targetRevision?: string;
  readonly files: readonly FileChange[];
  /** The intended edits that the files were made from: what a check holds the result against. */
  readonly edits: readonly SourceEdit[];
  /** Where it was written and why there, for a reviewer: `existing images: entry of the overlay`. */
  readonly place: string;
}

/** Lines that a unified diff removes or adds, whichever are more. */
export function changedLines(diff: string): number {
  const lines = diff.split('\n');
  // Before the first hunk there are the names of the file; behind it `---` is a line that begins with `--`.
  const hunks = lines.slice(lines.findIndex((line) => line.startsWith('@@')));
  const count = (sign: string): number => hunks.filter((line) => line.startsWith(sign)).length;
  return Math.max(count('+'), count('-'));
}
