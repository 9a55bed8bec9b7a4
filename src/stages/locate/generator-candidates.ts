import { posix } from 'node:path';
import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { Checkout } from '../../domain/source.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import { baseName } from './generated-names.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Place } from './places.ts';
import { editAt, isScalar } from './places.ts';
import type { Goal } from './goal.ts';
import type { Candidate } from './session.ts';

interface Ranked {
  readonly candidate: Candidate;
  readonly cost: number;
}

/**
 * Changes of `data` of a generated ConfigMap or Secret, made in the `literals` (and the names of `files`) of its
 * generator: a value, a new entry, an entry less, or another key for the same value.
 */
export function generatorCandidates(
  places: readonly Place[],
  { declared, operations, source }: Goal,
): readonly Ranked[] {
  const entries = entriesOf(operations, declared.object, declared.ref.kind === 'Secret');
  if (!entries) return [];
  const generated = baseName(declared.ref) ?? declared.ref.name;
  return generatorsOf(places, declared.ref).flatMap(({ place, generator, at }) => {
    const edits = editsOf(generator, at, entries);
    const cost = (place.layer >= 90 ? 0 : 1.5) - place.layer / 1000 - (generator.name === generated ? 0.5 : 0);
    const { repoURL } = place;
    const label = `the generator ${plainText(generator.name)} in ${place.file}`;
    const written: Ranked[] =
      edits.length === 0 ? [] : [{ candidate: { repoURL, edits: [editAt(place, edits)], place: label }, cost }];
    const [entry, ...more] = entries;
    const texts = entry && more.length === 0 ? textsOf(generator, place, source.request.checkout, entry) : [];
    return [
      ...texts.map(([file, text]) => ({
        candidate: { repoURL, edits: [], texts: new Map([[file, text]]), place: `${file}, which ${label} reads` },
        cost: cost - 0.1,
      })),
      ...written,
    ];
  });
}

/** The generators of a ConfigMap or Secret: in kustomizations, by a name that is a part of the object's. */
export function generatorsOf(
  places: readonly Place[],
  ref: ObjectRef,
): readonly { readonly place: Place; readonly generator: JsonObject; readonly at: FieldPath }[] {
  const { kind, name } = ref;
  const field = kind === 'ConfigMap' ? 'configMapGenerator' : kind === 'Secret' ? 'secretGenerator' : undefined;
  if (field === undefined) return [];
  const generated = baseName(ref) ?? name;
  return places.flatMap((place) => {
    const generators = place.kind === 'kustomization' && isObject(place.value) ? place.value[field] : undefined;
    if (!isArray(generators)) return [];
    return generators.flatMap((generator, i) =>
      isObject(generator) && generated.includes(plainText(generator.name))
        ? [{ place, generator, at: [field, i] }]
        : [],
    );
  });
}

/** What happens to each key; `from` is another key whose value moves here. */
interface EntryChange {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Undefined where an operation is not about one whole entry of the data. */
function entriesOf(operations: readonly Operation[], object: JsonObject, secret: boolean): EntryChange[] | undefined {
  const out: EntryChange[] = [];
  for (const operation of operations) {
    const [root, key, ...rest] = operation.path;
    if (root !== 'data' || typeof key !== 'string' || rest.length > 0) return undefined;
    const data = isObject(object.data) ? object.data : {};
    const before = plainEntry(data[key], secret);
    const after =
      operation.op === 'remove' ? undefined : operation.op === 'test' ? before : plainEntry(operation.value, secret);
    out.push({ key, before, after });
  }
  return out;
}

/** The text of an entry of `data`: decoded in a Secret. */
export function plainEntry(value: JsonValue | undefined, secret: boolean): string | undefined {
  if (value === undefined || !isScalar(value)) return undefined;
  return secret ? Buffer.from(String(value), 'base64').toString('utf8') : String(value);
}

function editsOf(generator: JsonObject, at: FieldPath, entries: readonly EntryChange[]): Operation[] {
  const literals = isArray(generator.literals) ? generator.literals : [];
  const files = isArray(generator.files) ? generator.files : [];
  const gone = entries.filter(({ before, after }) => before !== undefined && after === undefined);
  // What merges over a base's generator may set any of its entries anew.
  const merges = generator.behavior === 'merge';
  const out: Operation[] = [];
  const used = new Set<EntryChange>();
  for (const entry of entries) {
    if (used.has(entry) || entry.before === entry.after) continue;
    const { key, before, after } = entry;
    if (after === undefined) continue;
    const moved = before === undefined ? gone.find((other) => other.before === after && !used.has(other)) : undefined;
    const place = literalAt(literals, moved?.key ?? key);
    const file = moved ? fileAt(files, moved.key) : undefined;
    if (place >= 0 && (before !== undefined || moved)) {
      out.push({ op: 'replace', path: [...at, 'literals', place], value: literal(literals[place], key, after) });
    } else if (file && moved) {
      out.push({ op: 'replace', path: [...at, 'files', file.index], value: `${key}=${file.path}` });
    } else if ((before === undefined || merges) && literals.length > 0) {
      out.push({ op: 'add', path: [...at, 'literals', '-'], value: `${key}=${after}` });
    } else if ((before === undefined || merges) && !moved) {
      out.push({ op: 'add', path: [...at, 'literals'], value: [`${key}=${after}`] });
    } else return [];
    used.add(entry);
    if (moved) used.add(moved);
  }
  // From the end, so that positions stay true.
  const removed = gone.filter((entry) => !used.has(entry)).map(({ key }) => literalAt(literals, key));
  if (removed.includes(-1)) return [];
  return [
    ...out,
    ...removed.sort((a, b) => b - a).map((place): Operation => ({ op: 'remove', path: [...at, 'literals', place] })),
  ];
}

/** Files that give the entry, with the text that gives what is wanted: `files` whole, `envs` by their line. */
export function textsOf(
  generator: JsonObject,
  { file }: Place,
  checkout: Checkout,
  { key, before, after }: EntryChange,
): readonly (readonly [file: string, text: string])[] {
  const at = (path: string): string => posix.normalize(posix.join(posix.dirname(file), path));
  const whole = fileAt(isArray(generator.files) ? generator.files : [], key);
  if (whole && after !== undefined) {
    const path = at(whole.path);
    return readSource(checkout, NO_OVERLAY, path) === before ? [[path, after]] : [];
  }
  const envs = [
    ...(isArray(generator.envs) ? generator.envs : []),
    ...(generator.env === undefined ? [] : [generator.env]),
  ];
  return envs.flatMap((env) => {
    const path = typeof env === 'string' ? at(env) : '';
    const text = readSource(checkout, NO_OVERLAY, path);
    const lines = text?.split(/(?<=\n)/) ?? [];
    const index = lines.findIndex((line) => line.trimStart().startsWith(`${key}=`));
    const line = lines[index];
    if (line === undefined || before === undefined || /[\r\n]/.test(after ?? '')) return [];
    const changed =
      after === undefined ? '' : line.slice(0, line.indexOf('=') + 1) + after + (/\r?\n$/.exec(line)?.[0] ?? '');
    return [[path, lines.with(index, changed).join('')] as const];
  });
}

function literalAt(literals: readonly JsonValue[], key: string): number {
  return literals.findIndex((text) => typeof text === 'string' && text.startsWith(`${key}=`));
}

/** A literal with another key or value; quotes around the value stay (kustomize takes one pair off). */
function literal(written: JsonValue | undefined, key: string, value: string): string {
  const old = typeof written === 'string' ? written.slice(written.indexOf('=') + 1) : '';
  const quote = /^(["']).*\1$/s.exec(old)?.[1] ?? '';
  return `${key}=${quote}${value}${quote}`;
}

function fileAt(files: readonly JsonValue[], key: string): { index: number; path: string } | undefined {
  for (const [index, text] of files.entries()) {
    if (typeof text !== 'string') continue;
    const path = text.slice(text.indexOf('=') + 1);
    if (text.startsWith(`${key}=`) || (!text.includes('=') && posix.basename(text) === key)) return { index, path };
  }
  return undefined;
}
