import type { Operation } from '../../domain/change.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import { deepEqual, isObject } from '../../domain/json.ts';
import type { OpenDocument } from './edit-document.ts';
import { applyOperation, applyTo, layout, splice } from './edit-document.ts';
import { isFlow } from './layout.ts';
import { scalarText } from './scalar-text.ts';
import { findTarget } from './target.ts';

/**
 * Applies operations one after the other. A key that is taken away and put back with the same value under another name is
 * renamed where it stands, so that its value, its comment and its place stay as they are. Throws Refusal.
 */
export function applyInOrder(open: OpenDocument, operations: readonly Operation[]): OpenDocument {
  let edited = open;
  for (let i = 0; i < operations.length; i++) {
    const [operation, ...rest] = operations.slice(i);
    if (operation === undefined) break;
    const next = rest.findIndex(({ op }) => op !== 'test');
    const renamed = renameKey(edited, operation, rest[next]);
    if (renamed === undefined) {
      edited = applyOperation(edited, operation);
      continue;
    }
    for (const test of rest.slice(0, next)) applyOperation(edited, test);
    edited = renamed;
    i += next + 1;
  }
  return edited;
}

/** Undefined where the two operations are not one key's new name, or the text does not allow to write it so. */
function renameKey(open: OpenDocument, one: Operation, other: Operation | undefined): OpenDocument | undefined {
  const both = other === undefined ? [] : [one, other];
  const removal = both.find(({ op }) => op === 'remove');
  const added = both.find((operation) => operation.op === 'add');
  const name = added?.path.at(-1);
  if (!removal || added?.op !== 'add' || typeof name !== 'string') return undefined;
  const parent = removal.path.slice(0, -1);
  if (formatFieldPath(parent) !== formatFieldPath(added.path.slice(0, -1))) return undefined;
  const { value } = open.document;
  const map = getField(value, parent);
  const moved = getField(value, removal.path);
  if (!isObject(map) || Object.hasOwn(map, name) || !deepEqual(moved, added.value)) return undefined;
  const expected = applyTo(applyTo(value, removal, open.file), added, open.file);
  const slot = findTarget(layout(open), removal.path).slots.at(-1);
  const entry = slot?.container.kind === 'map' ? slot.container.entries[slot.index] : undefined;
  if (!slot || entry?.key.kind !== 'scalar' || entry.key.anchor !== undefined || entry.explicit) return undefined;
  const { range, style } = entry.key;
  const quote = style === 'double' || style === 'single' ? style : 'plain';
  const text = scalarText(name, { quote, flow: isFlow(slot.container) });
  const edited = splice(open, [{ start: range[0], end: range[1], text }]);
  return deepEqual(edited.document.value, expected) ? edited : undefined;
}
