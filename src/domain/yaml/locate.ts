import type { FieldPath, Segment } from '../field-path.ts';
import { stepOf } from '../field-path.ts';
import type { JsonValue } from '../json.ts';
import type { AliasNode, Entry, Range, ScalarStyle, ValueNode, YamlNode } from './node.ts';
import { positionOf } from './problems.ts';
import type { YamlDocument } from './read.ts';
import { valueOfPart } from './value.ts';

/** Where a field's value is written. */
export interface FieldLocation {
  /** 1-based, in the whole stream. */
  readonly line: number;
  readonly column: number;
  /** Offsets into the whole stream's text; empty for an absent value. */
  readonly range: Range;
  readonly style: ScalarStyle | 'map' | 'list';
  /** True where the way there goes through an alias or a merge key: the place is the anchor's, shared with others. */
  readonly shared: boolean;
}

/** The node of a path's value, with the aliases that were followed on the way. */
interface FoundNode {
  readonly node: YamlNode;
  readonly through: readonly (AliasNode | Entry)[];
}

/** The value node at `path`, aliases and merge keys followed; undefined where there is none or it is ambiguous. */
function findNode(root: YamlNode, path: FieldPath): FoundNode | undefined {
  let node = root;
  const through: (AliasNode | Entry)[] = [];
  for (const segment of path) {
    if (node.kind === 'alias') {
      through.push(node);
      node = node.target;
    }
    const child = childAt(node, segment, through);
    if (!child) return undefined;
    node = child;
  }
  return { node, through };
}

function followed(node: YamlNode): ValueNode {
  return node.kind === 'alias' ? node.target : node;
}

function childAt(node: YamlNode, segment: Segment, through: (AliasNode | Entry)[]): YamlNode | undefined {
  if (node.kind === 'list') {
    const step = stepOf(listValue(node, segment), segment);
    return typeof step === 'number' ? node.items[step]?.value : undefined;
  }
  if (node.kind !== 'map' || typeof segment === 'object') return undefined;
  const name = String(segment);
  // The last writer wins, as in `valueOf`.
  for (const entry of node.entries.toReversed()) {
    if (!entry.merge && entry.name === name) return entry.value;
    const merged = entry.merge ? mergedChild(entry, name) : undefined;
    if (merged) {
      through.push(entry);
      return merged;
    }
  }
  return undefined;
}

function listValue(node: YamlNode, segment: Segment): JsonValue {
  // An index needs only the length.
  if (node.kind === 'list' && typeof segment !== 'object') return node.items.map(() => null);
  return valueOfPart(node);
}

function mergedChild(entry: Entry, name: string): YamlNode | undefined {
  const sources = entry.value.kind === 'list' ? entry.value.items.map((item) => item.value) : [entry.value];
  for (const source of sources) {
    const child = childAt(followed(source), name, []);
    if (child) return child;
  }
  return undefined;
}

/** Where the value at `path` is written, for `file:line` in reports; undefined where there is none. */
export function locateField(document: YamlDocument, path: FieldPath): FieldLocation | undefined {
  const found = findNode(document.root, path);
  if (!found) return undefined;
  const last = followed(found.node);
  const shared = found.through.length > 0 || found.node.kind === 'alias';
  const { line, column } = positionOf(document.source, last.range[0]);
  const base = document.range[0];
  return {
    line: document.firstLine + line - 1,
    column,
    range: [base + last.range[0], base + last.range[1]],
    style: last.kind === 'scalar' ? last.style : last.kind,
    shared,
  };
}
