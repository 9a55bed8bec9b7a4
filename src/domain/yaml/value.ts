import type { JsonValue } from '../json.ts';
import { ComposeError } from './compose.ts';
import type { MapNode, YamlNode } from './node.ts';

/** Expanded values below aliases that one document may have; Kubernetes' reader stops near this number too. */
const MAX_ALIASED = 396_000;

interface Sized {
  readonly value: JsonValue;
  /** Nodes after aliases are followed, and how many of them are below an alias. */
  readonly nodes: number;
  readonly aliased: number;
}

/**
 * The JSON value of a tree, aliases and merge keys resolved. Merging follows go.yaml.in/yaml/v2: in the order
 * written, so that `<<` overrides the keys before it and yields to those after it. Throws ComposeError
 * `yaml-alias-bomb` where aliases multiply beyond what Kubernetes accepts.
 */
export function valueOf(root: YamlNode): JsonValue {
  const result = expand(root);
  const excessive = result.aliased > 100 && result.nodes > 1000 && result.aliased / result.nodes > 0.99;
  if (excessive || result.aliased > MAX_ALIASED) {
    throw new ComposeError('yaml-alias-bomb', root.range[0], 'aliases expand to far more than the document holds');
  }
  return result.value;
}

/**
 * The same of a part of a document that was read, and so was found small enough as a whole: a part that is hardly more
 * than aliases says nothing about that.
 */
export function valueOfPart(part: YamlNode): JsonValue {
  return expand(part).value;
}

function expand(root: YamlNode): Sized {
  const memo = new Map<YamlNode, Sized>();
  return sized(root);

  function sized(node: YamlNode): Sized {
    const known = memo.get(node);
    if (known) return known;
    const made = make(node);
    memo.set(node, made);
    return made;
  }

  function make(node: YamlNode): Sized {
    if (node.kind === 'scalar') return { value: node.resolved.value, nodes: 1, aliased: 0 };
    if (node.kind === 'alias') {
      const { value, nodes } = sized(node.target);
      return { value, nodes: nodes + 1, aliased: nodes };
    }
    if (node.kind === 'map') return map(node);
    const items = node.items.map((item) => sized(item.value));
    return { value: items.map((item) => item.value), ...sum(items) };
  }

  function map(node: MapNode): Sized {
    const value: Record<string, JsonValue> = {};
    const parts: Sized[] = [];
    for (const entry of node.entries) {
      const child = sized(entry.value);
      parts.push(child);
      if (!entry.merge) setOwn(value, entry.name, child.value);
      else
        for (const source of Array.isArray(child.value) ? child.value.toReversed() : [child.value])
          assign(value, source);
    }
    const { nodes, aliased } = sum(parts);
    return { value, nodes: nodes + node.entries.length, aliased };
  }
}

function sum(parts: readonly Sized[]): { nodes: number; aliased: number } {
  let nodes = 1;
  let aliased = 0;
  for (const part of parts) {
    nodes += part.nodes;
    aliased += part.aliased;
  }
  return { nodes, aliased };
}

function assign(target: Record<string, JsonValue>, source: JsonValue): void {
  if (typeof source !== 'object' || source === null) return;
  for (const [key, value] of Object.entries(source)) setOwn(target, key, value);
}

/** Sets a key that may be called `__proto__` without touching the prototype. */
function setOwn(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
