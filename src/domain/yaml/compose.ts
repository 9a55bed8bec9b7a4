import type { CST, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type {
  AliasNode,
  Entry,
  Item,
  ListNode,
  MapNode,
  Range,
  ScalarNode,
  ScalarStyle,
  ValueNode,
  YamlNode,
} from './node.ts';
import type { YamlCode } from './problems.ts';
import { keyText } from './scalar.ts';
import { resolveTagged } from './tag.ts';

/** Why a parsed document cannot be taken over; carries the offset for the excerpt. Never leaves this folder. */
export class ComposeError extends Error {
  readonly code: YamlCode;
  readonly offset: number;
  constructor(code: YamlCode, offset: number, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** Turns the `yaml` package's tree into ours: resolved as Kubernetes does, aliases bound, keys checked. */
export function compose(root: unknown, text: string): YamlNode {
  const anchors = new Map<string, ValueNode>();
  const open = new Set<string>();
  return node(root, 0);

  /** Cut at the text's end: what was parsed may have one more line break. */
  function rangeOf(range: readonly number[] | null | undefined, fallback: number): Range {
    return [Math.min(range?.[0] ?? fallback, text.length), Math.min(range?.[1] ?? fallback, text.length)];
  }

  function node(source: unknown, emptyAt: number): YamlNode {
    if (isAlias(source)) return alias(source.source, rangeOf(source.range, emptyAt));
    const anchor = isScalar(source) || isMap(source) || isSeq(source) ? source.anchor : undefined;
    if (anchor !== undefined) open.add(anchor);
    const made = content(source, emptyAt);
    if (anchor !== undefined) {
      open.delete(anchor);
      anchors.set(anchor, made);
    }
    return made;
  }

  function content(source: unknown, emptyAt: number): ValueNode {
    if (isMap(source)) return map(source as YAMLMap<ParsedNode, ParsedNode | null>);
    if (isSeq(source)) return list(source as YAMLSeq<ParsedNode>);
    if (isScalar(source)) return scalar(source, emptyAt);
    return emptyScalar(emptyAt);
  }

  function alias(name: string, range: Range): AliasNode {
    if (open.has(name)) throw new ComposeError('yaml-syntax', range[0], `the anchor ${name} contains itself`);
    const target = anchors.get(name);
    if (!target) throw new ComposeError('yaml-syntax', range[0], `there is no anchor ${name} before this alias`);
    return { kind: 'alias', range, target };
  }

  function scalar(source: Scalar, emptyAt: number): ScalarNode {
    // The failsafe schema leaves every scalar a string.
    const raw = typeof source.value === 'string' ? source.value : '';
    const style = STYLES[source.type ?? 'PLAIN'] ?? 'plain';
    const absent = style === 'plain' && (source.source ?? raw) === '';
    const [start, end] = absent ? [emptyAt, emptyAt] : rangeOf(source.range, emptyAt);
    const resolved = resolveTagged(raw, style, source.tag);
    if (!resolved) throw new ComposeError('yaml-syntax', start, `the value is not a ${source.tag ?? 'scalar'}`);
    if (resolved.type === 'not-json') {
      throw new ComposeError(
        'yaml-not-json',
        start,
        `Kubernetes has no value for ${raw}: JSON knows no infinity and no NaN`,
      );
    }
    return {
      kind: 'scalar',
      style: absent ? 'empty' : style,
      range: [start, end],
      text: raw,
      resolved,
      ...props(source),
    };
  }

  function map(source: YAMLMap<ParsedNode, ParsedNode | null>): MapNode {
    const range = rangeOf(source.range, 0);
    const flow = source.flow === true;
    if (flow && text.startsWith('{{', range[0])) {
      throw new ComposeError('yaml-template', range[0], 'this is a template, not YAML');
    }
    const style = !flow ? 'block' : text[range[0]] === '{' ? 'flow' : 'implicit';
    const seen = new Set<string>();
    const entries = source.items.map((pair) => entry(pair, seen));
    if (flow) for (const { key, after } of entries) checkColon(key, after);
    return { kind: 'map', style, range, entries, ...props(source) };
  }

  /** `{a:[1]}` is a map in YAML 1.2 and something else, or an error, in YAML 1.1. */
  function checkColon(key: ScalarNode | AliasNode, after: number | undefined): void {
    if (after === undefined || !isPlainKey(key) || !/[,[\]{}]/.test(text.charAt(key.range[1] + 1))) return;
    throw new ComposeError('yaml-syntax', key.range[1], 'Kubernetes needs a blank behind this colon');
  }

  function entry(pair: Pair<ParsedNode, ParsedNode | null>, seen: Set<string>): Entry {
    const token = pair.srcToken;
    const after = token && 'sep' in token ? endOfProps(token.sep ?? [], 'map-value-ind') : undefined;
    const key = node(pair.key, after ?? 0);
    const at = key.range[0];
    const keyNode = key.kind === 'alias' ? key.target : key;
    if (keyNode.kind !== 'scalar' || (key.kind !== 'scalar' && key.kind !== 'alias')) {
      throw new ComposeError('yaml-not-json', at, 'a map key must be a scalar');
    }
    const name = keyText(keyNode.resolved);
    if (name === undefined) throw new ComposeError('yaml-not-json', at, 'Kubernetes does not accept this map key');
    const merge =
      key.kind === 'scalar' && keyNode.text === '<<' && (keyNode.style === 'plain' || isMergeTag(keyNode.tag));
    if (!merge && seen.has(name)) throw new ComposeError('yaml-duplicate-key', at, `the key ${name} is there twice`);
    if (!merge) seen.add(name);
    const value = node(pair.value, after ?? key.range[1]);
    if (merge) checkMerge(value);
    return { key, name, merge, explicit: token !== undefined && token.start.some(isExplicit), after, value };
  }

  function list(source: YAMLSeq<ParsedNode>): ListNode {
    const tokens = itemTokens(source.srcToken);
    const items = source.items.map((child, i): Item => {
      const start = tokens[i]?.start ?? [];
      const dash = start.find((token) => token.type === 'seq-item-ind')?.offset ?? -1;
      const after = dash < 0 ? rangeOf(child?.range, 0)[0] : (endOfProps(start, 'seq-item-ind') ?? dash + 1);
      return { dash, after, value: node(child, after) };
    });
    const style = source.flow === true ? 'flow' : 'block';
    return { kind: 'list', style, range: rangeOf(source.range, 0), items, ...props(source) };
  }
}

function isPlainKey(key: ScalarNode | AliasNode): boolean {
  return key.kind === 'scalar' && key.style === 'plain';
}

function checkMerge(value: YamlNode): void {
  const parts = value.kind === 'list' ? value.items.map((item) => item.value) : [value];
  if (parts.every((part) => (part.kind === 'alias' ? part.target.kind : part.kind) === 'map')) return;
  throw new ComposeError('yaml-syntax', value.range[0], 'a merge key takes a map or a list of maps');
}

function isMergeTag(tag: string | undefined): boolean {
  return tag === 'tag:yaml.org,2002:merge';
}

function isExplicit(token: CST.SourceToken): boolean {
  return token.type === 'explicit-key-ind';
}

function emptyScalar(at: number): ScalarNode {
  return { kind: 'scalar', style: 'empty', range: [at, at], text: '', resolved: { type: 'null', value: null } };
}

function props(source: { anchor?: string; tag?: string }): { anchor?: string; tag?: string } {
  return {
    ...(source.anchor === undefined ? {} : { anchor: source.anchor }),
    ...(source.tag === undefined ? {} : { tag: source.tag }),
  };
}

/** Offset behind the indicator and the anchor and tag that follow it; undefined where the indicator is not there. */
function endOfProps(tokens: readonly CST.SourceToken[], indicator: CST.SourceToken['type']): number | undefined {
  let end: number | undefined;
  for (const token of tokens) {
    if (token.type === indicator || (end !== undefined && (token.type === 'anchor' || token.type === 'tag'))) {
      end = token.offset + token.source.length;
    }
  }
  return end;
}

function itemTokens(token: CST.Token | undefined): readonly { start: readonly CST.SourceToken[] }[] {
  if (token?.type !== 'block-seq') return [];
  return token.items;
}
