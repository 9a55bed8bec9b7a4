import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { ApplicationRef, Location, RenderedObject } from '../../domain/source.ts';
import type { RenderedSource } from './render.ts';

/** A field of a rendered object whose place in Git is asked for. */
export interface Question {
  readonly location: Location;
  readonly source: RenderedSource;
  readonly declared: RenderedObject;
  readonly path: FieldPath;
  readonly value: JsonValue;
}

/** Where a field's value is written, how it gets from there into the object, and what else it feeds. */
export interface FieldOrigin {
  readonly value: JsonValue;
  readonly repoURL: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** Path of the value in its file; with `inside: path`, in the YAML text that is at that path. */
  readonly path: string;
  /** For people: `the manifest`, `values key image.tag in env/prod.yaml`. */
  readonly via: string;
  /** Other fields that the same value feeds. */
  readonly feeds: readonly FedField[];
}

/** A field, as people write its path, of an object of an Application. */
export interface FedField {
  readonly application: ApplicationRef;
  readonly object: ObjectRef;
  readonly field: string;
}
