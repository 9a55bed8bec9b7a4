import type { ResolvedScalar } from './scalar.ts';

/** Offsets are UTF-16 code units into the text of the document that the node belongs to. */
export type Range = readonly [start: number, end: number];

/** How a scalar is written; `empty` is a value that is not written at all. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'empty';

interface Base {
  /** The node itself, without anchor, tag and the comments around it. Empty for an absent value. */
  readonly range: Range;
  readonly anchor?: string;
  readonly tag?: string;
}

/** A text, number, boolean or null. */
export interface ScalarNode extends Base {
  readonly kind: 'scalar';
  readonly style: ScalarStyle;
  /** The text after unquoting and folding, before it is given a type. */
  readonly text: string;
  readonly resolved: ResolvedScalar;
}

/** `*name`: stands for the node that has the anchor. */
export interface AliasNode extends Base {
  readonly kind: 'alias';
  readonly target: ValueNode;
}

/** One `key: value` of a map. */
export interface Entry {
  readonly key: ScalarNode | AliasNode;
  /** The key as the JSON object has it. */
  readonly name: string;
  /** `<<`: its value is merged into the map and `name` is not a key. */
  readonly merge: boolean;
  /** Written with `?`. */
  readonly explicit: boolean;
  /** Just behind the `:` and any anchor or tag of the value; undefined where there is no `:` (`{a}`). */
  readonly after: number | undefined;
  readonly value: YamlNode;
}

/** A map; its entries in the order in which they are written, merge keys among them. */
export interface MapNode extends Base {
  readonly kind: 'map';
  /** `implicit` is the map of one pair in `[a: b]`. */
  readonly style: 'block' | 'flow' | 'implicit';
  readonly entries: readonly Entry[];
}

/** One item of a list. */
export interface Item {
  /** Offset of the `-`; -1 in a flow list. */
  readonly dash: number;
  /** Just behind the `-` and any anchor or tag of the value; the value's start in a flow list. */
  readonly after: number;
  readonly value: YamlNode;
}

/** A list. */
export interface ListNode extends Base {
  readonly kind: 'list';
  readonly style: 'block' | 'flow';
  readonly items: readonly Item[];
}

/** What an anchor can stand on. */
export type ValueNode = ScalarNode | MapNode | ListNode;

/** Any node of a document. */
export type YamlNode = ValueNode | AliasNode;

/** The nodes directly below a node; keys are not among them. */
function childrenOf(node: YamlNode): readonly YamlNode[] {
  if (node.kind === 'map') return node.entries.map((entry) => entry.value);
  return node.kind === 'list' ? node.items.map((item) => item.value) : [];
}

/** The node and everything below it, aliases not followed. */
export function* walk(node: YamlNode): Generator<YamlNode> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}
