import type { ApplicationSource, ApplicationSpec } from './kubernetes/application.ts';
import type { JsonObject } from './json.ts';
import type { ObjectRef } from './object-ref.ts';

/** An Argo CD Application of the cluster. */
export interface ApplicationRef {
  readonly namespace: string;
  readonly name: string;
}

/** Where Argo CD takes an object from. */
export interface Location {
  readonly application: ApplicationRef;
  readonly spec: ApplicationSpec;
  /** Index into the Application's sources; 0 where there is one. */
  readonly sourceIndex: number;
  readonly source: ApplicationSource;
  readonly repoURL: string;
  /** Branch, tag or commit that the Application follows; `HEAD` where it names none. */
  readonly targetRevision: string;
  /** SHA that Argo CD last compared or applied; absent before the first sync. */
  readonly syncedRevision?: string;
  /** Folder of the source inside the repository, without leading `./`; the empty string for its root. */
  readonly path: string;
  /** The source whose commits are the object's history, where the one that declares it does not move (a chart of a registry). */
  readonly history?: Pick<Location, 'sourceIndex' | 'repoURL' | 'targetRevision'>;
}

/** A repository's files at one commit, as a folder on disk that nobody writes to. */
export interface Checkout {
  readonly repoURL: string;
  /** Full SHA. */
  readonly revision: string;
  /** Absolute path. */
  readonly directory: string;
  /** Read beside the branch of the same repository that is written to: what is committed there does not reach it. */
  readonly pinned?: true;
}

/** One object of an Application as Argo CD would apply it (without tracking marks). */
export interface RenderedObject {
  /** Namespace filled in from the destination where the manifest has none and the kind is namespaced. */
  readonly ref: ObjectRef;
  readonly object: JsonObject;
  /** True where the namespace comes from the Application's destination and not from the manifest. */
  readonly placed?: true;
  /** Where it is written, for renderers that copy documents: file in the repository and index of the document in it. */
  readonly origin?: { readonly repoURL: string; readonly file: string; readonly document: number };
}

/** One Application that reads a touched file, rendered without and with the change. */
export interface RenderedPair {
  readonly application: ApplicationRef;
  readonly before: readonly RenderedObject[];
  readonly after: readonly RenderedObject[];
}
