import { KIND_TYPES } from './kind-types.ts';
import { POD_TYPES } from './pod-types.ts';

/** What a field may hold. */
export type FieldType =
  | { readonly is: 'scalar'; readonly of: 's' | 'i' | 'b' | 't' | 'q' | 'p' | 'x' }
  | { readonly is: 'struct'; readonly name: string }
  | { readonly is: 'map'; readonly item: FieldType }
  /** With `keys` the list is merged by these fields, else it is replaced as a whole. */
  | { readonly is: 'list'; readonly item: FieldType; readonly keys: readonly string[] };

/** A field of a struct of the Kubernetes API. */
export interface Field {
  readonly type: FieldType;
  readonly required: boolean;
}

function parseType(text: string): FieldType {
  const list = /^\[(.*)\](?:@(.*))?$/.exec(text);
  if (list) return { is: 'list', item: parseType(list[1] ?? 'x'), keys: list[2]?.split(',') ?? [] };
  if (text.startsWith('{')) return { is: 'map', item: parseType(text.slice(1, -1)) };
  if (text.length === 1) return { is: 'scalar', of: text as 's' | 'i' | 'b' | 't' | 'q' | 'p' | 'x' };
  return { is: 'struct', name: text };
}

let parsed: ReadonlyMap<string, ReadonlyMap<string, Field>> | undefined;

/** All struct types by name; parsed at first use, because most processes never need them. */
function structs(): ReadonlyMap<string, ReadonlyMap<string, Field>> {
  parsed ??= new Map(
    `${POD_TYPES}${KIND_TYPES}`
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', ...fields] = line.split(' ');
        const entries = fields.map((field): [string, Field] => {
          const colon = field.indexOf(':');
          const required = field[colon - 1] === '!';
          return [field.slice(0, required ? colon - 1 : colon), { type: parseType(field.slice(colon + 1)), required }];
        });
        return [name, new Map(entries)];
      }),
  );
  return parsed;
}

/** The fields of a struct by name; none for a struct that the sandbox does not know. */
export function fieldsOf(struct: string): ReadonlyMap<string, Field> {
  return structs().get(struct) ?? new Map<string, Field>();
}

/** The type of a whole object of a kind. */
export function kindType(kind: string): FieldType {
  return { is: 'struct', name: kind };
}

/** Merge keys that an item may omit: the published schema gives every other key the default ''. */
export const KEY_DEFAULTS: Readonly<Record<string, string | number>> = { protocol: 'TCP', containerPort: 0, port: 0 };
