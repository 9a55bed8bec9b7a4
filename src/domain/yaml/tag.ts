import type { ScalarStyle } from './node.ts';
import type { ResolvedScalar } from './scalar.ts';
import { resolvePlain } from './scalar.ts';

const CORE = 'tag:yaml.org,2002:';

/**
 * Resolves a scalar with its style and tag, as decode.go and resolve.go of go.yaml.in/yaml/v2 do: quoted and block
 * scalars are strings, a core tag forces a type, other tags leave the text. Undefined where the tag does not fit.
 */
export function resolveTagged(text: string, style: ScalarStyle, tag: string | undefined): ResolvedScalar | undefined {
  const string: ResolvedScalar = { type: 'string', value: text };
  if (tag === undefined) return style === 'plain' || style === 'empty' ? resolvePlain(text) : string;
  if (!tag.startsWith(CORE)) return string;
  const plain = resolvePlain(text);
  switch (tag.slice(CORE.length)) {
    case 'str':
    case 'timestamp':
      return string;
    case 'binary':
      return { type: 'string', value: Buffer.from(text, 'base64').toString('utf8') };
    case 'null':
      return plain.type === 'null' ? plain : undefined;
    case 'bool':
      return plain.type === 'boolean' ? plain : undefined;
    case 'int':
      return plain.type === 'int' ? plain : undefined;
    case 'float':
      return plain.type === 'float' || plain.type === 'int' || plain.type === 'not-json' ? plain : undefined;
    default:
      return string;
  }
}
