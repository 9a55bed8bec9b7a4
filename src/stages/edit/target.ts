import type { FieldPath, Segment } from '../../domain/field-path.ts';
import { formatFieldPath, stepOf } from '../../domain/field-path.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { ListNode, MapNode, ValueNode, YamlNode } from '../../domain/yaml/node.ts';
import { walk } from '../../domain/yaml/node.ts';
import { valueOfPart } from '../../domain/yaml/value.ts';
import type { Layout } from './layout.ts';
import { isFlow, refuse } from './layout.ts';

/** A place in a map or list. */
export interface Slot {
  readonly container: MapNode | ListNode;
  readonly index: number;
}

/** A node, the slots that lead to it from the root, and whether it stands inside `{}` or `[]`. */
export interface Target {
  readonly node: YamlNode;
  readonly slots: readonly Slot[];
  readonly inFlow: boolean;
}

/**
 * Walks to the node at `path` without following aliases. Refuses with `edit-not-found`, `edit-ambiguous`, and with
 * `edit-anchor` where an alias or merge key is in the way or the place is used from elsewhere.
 */
export function findTarget(layout: Layout, path: FieldPath): Target {
  const shared = sharedNodes(layout.root);
  const slots: Slot[] = [];
  let node = layout.root;
  let inFlow = false;
  for (const [i, segment] of path.entries()) {
    checkOwn(layout, node, shared);
    const slot = slotOf(layout, node, segment, path.slice(0, i + 1));
    inFlow ||= isFlow(slot.container);
    slots.push(slot);
    node = childOf(slot);
  }
  checkOwn(layout, node, shared);
  return { node, slots, inFlow };
}

/** Refuses to take away a part of the document that aliases elsewhere rely on. */
export function checkUnshared(layout: Layout, node: YamlNode): void {
  const shared = sharedNodes(layout.root);
  for (const below of walk(node)) {
    if (below.kind === 'alias' || !shared.has(below)) continue;
    throw refuse(layout, 'edit-anchor', `the anchor ${below.anchor ?? ''} here is used elsewhere`, below.range[0]);
  }
}

function childOf({ container, index }: Slot): YamlNode {
  const child = container.kind === 'map' ? container.entries[index]?.value : container.items[index]?.value;
  return child ?? container;
}

function sharedNodes(root: YamlNode): ReadonlySet<ValueNode> {
  const shared = new Set<ValueNode>();
  for (const node of walk(root)) if (node.kind === 'alias') shared.add(node.target);
  for (const node of walk(root)) {
    if (node.kind !== 'map') continue;
    for (const { key } of node.entries) if (key.kind === 'alias') shared.add(key.target);
  }
  return shared;
}

function checkOwn(layout: Layout, node: YamlNode, shared: ReadonlySet<ValueNode>): void {
  if (node.kind === 'alias') {
    throw refuse(layout, 'edit-anchor', 'the value is an alias: its anchor belongs to others too', node.range[0]);
  }
  if (!shared.has(node)) return;
  const message = `the value has the anchor ${node.anchor ?? ''}, which is used elsewhere`;
  throw refuse(layout, 'edit-anchor', message, node.range[0]);
}

function slotOf(layout: Layout, node: YamlNode, segment: Segment, path: FieldPath): Slot {
  const name = formatFieldPath(path);
  if (node.kind === 'list') return { container: node, index: itemIndex(layout, node, segment, name) };
  if (node.kind === 'map' && typeof segment !== 'object') {
    const key = String(segment);
    const index = node.entries.findIndex((entry) => !entry.merge && entry.name === key);
    if (index >= 0) return { container: node, index };
    const value = valueOfPart(node);
    if (isObject(value) && Object.hasOwn(value, key)) {
      throw refuse(layout, 'edit-anchor', `${name} comes from a merge key`, node.range[0]);
    }
  }
  throw refuse(layout, 'edit-not-found', `there is no ${name}`, node.range[0]);
}

function itemIndex(layout: Layout, node: ListNode, segment: Segment, name: string): number {
  const value = valueOfPart(node);
  const step = stepOf(value, segment);
  if (typeof step === 'number') return step;
  const many =
    typeof segment === 'object' && isArray(value) && value.filter((item) => stepOf([item], segment) === 0).length > 1;
  if (many) throw refuse(layout, 'edit-ambiguous', `there is more than one ${name}`, node.range[0]);
  throw refuse(layout, 'edit-not-found', `there is no ${name}`, node.range[0]);
}
