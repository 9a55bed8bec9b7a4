import type { FieldPath } from '../../domain/field-path.ts';
import type { Checkout } from '../../domain/source.ts';
import { locateField } from '../../domain/yaml/locate.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import { getField } from '../../domain/field-path.ts';
import { archiveFiles } from './archive.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Place } from './places.ts';

/** A place in a text. */
export interface Position {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** Where a value of a place is in its file; the place's string where it is inside one that is not a block. */
export function positionInPlace(checkout: Checkout | undefined, place: Place, path: FieldPath): Position {
  const start = { line: 1, column: 1 };
  const text =
    checkout && place.member !== undefined
      ? archiveFiles(checkout, place.file).get(place.member)
      : checkout && readSource(checkout, NO_OVERLAY, place.file);
  const documents = text === undefined ? undefined : readDocuments(text, place.file);
  const document = documents?.ok ? documents.value[place.document] : undefined;
  if (!document || text === undefined) return start;
  if (place.inside === undefined) return positionOf(locateField(document, [...place.base, ...path])) ?? start;
  const outer = locateField(document, place.inside);
  const inner = getField(document.value, place.inside);
  if (!outer || typeof inner !== 'string') return start;
  const nested = readDocuments(inner);
  const found = nested.ok && nested.value[0] ? locateField(nested.value[0], [...place.base, ...path]) : undefined;
  if (!found || (outer.style !== 'literal' && outer.style !== 'folded'))
    return { line: outer.line, column: outer.column };
  // A block's text begins on the line after its header, indented as its first line is.
  const line = outer.line + found.line;
  const indent = /^ */.exec(text.split('\n')[outer.line] ?? '')?.[0].length ?? 0;
  return { line, column: indent + found.column };
}

function positionOf(found: Position | undefined): Position | undefined {
  return found && { line: found.line, column: found.column };
}
