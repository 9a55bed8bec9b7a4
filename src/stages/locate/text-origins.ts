import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import { isArray, plainText } from '../../domain/json.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Place } from './places.ts';
import { generatorsOf, plainEntry, textsOf } from './generator-candidates.ts';
import { kustomizePlaces } from './kustomize-places.ts';
import { perturb } from './proposals.ts';
import type { Candidate } from './session.ts';
import type { Question } from './field-origin.ts';
import type { Wish } from './value-candidates.ts';

/** A file that is no YAML, and what it would be with another value. */
export interface TextOrigin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly place: string;
  /** What stands for a path in it: the key of a line, or nothing where the file is the value. */
  readonly via: string;
  readonly changed: string;
}

/**
 * Files whose text may be the value of a field: those that generators put into a ConfigMap or Secret (`files` whole,
 * `envs` by their lines), nearest first, and those that a chart or a file parameter reads whole.
 */
export function textOrigins(question: Question, path: FieldPath): readonly TextOrigin[] {
  const { source, declared } = question;
  const { checkout } = source.request;
  if (source.type === 'Helm') return chartTexts(question, path);
  const copied = copiedLines(question, path);
  if (copied.length > 0) return copied;
  const [root, key, ...rest] = path;
  if (root !== 'data' || typeof key !== 'string' || rest.length > 0) return [];
  const before = plainEntry(getField(declared.object, path), declared.ref.kind === 'Secret');
  if (before === undefined) return [];
  const after = otherText(before);
  const places = kustomizePlaces(source, NO_OVERLAY).toSorted((a, b) => b.layer - a.layer);
  return generatorsOf(places, declared.ref).flatMap(({ place, generator }) =>
    textsOf(generator, place, checkout, { key, before, after }).map(([file, changed]): TextOrigin => {
      const lines = (readSource(checkout, NO_OVERLAY, file) ?? '').split('\n');
      const whole = isArray(generator.files) && readSource(checkout, NO_OVERLAY, file) === before;
      const line = whole ? -1 : lines.findIndex((text) => text.trimStart().startsWith(`${key}=`));
      const column = line < 0 ? 1 : (lines[line] ?? '').indexOf('=') + 2;
      const label = `${file}, which the generator ${plainText(generator.name)} in ${place.file} reads`;
      return { file, line: Math.max(line, 0) + 1, column, place: label, via: line < 0 ? '' : key, changed };
    }),
  );
}

/** Lines of `envs` that hold a field's very value, where a replacement may copy it from the ConfigMap that they go into. */
function copiedLines(
  { source, declared }: Pick<Question, 'source' | 'declared'>,
  path: FieldPath,
): readonly TextOrigin[] {
  const value = plainText(getField(declared.object, path));
  const places = kustomizePlaces(source, NO_OVERLAY);
  const copies = places.some(
    ({ kind, value: root }) => kind === 'kustomization' && /"(replacements|vars)":/.test(JSON.stringify(root)),
  );
  if (!copies || value === '' || declared.ref.kind === 'ConfigMap' || declared.ref.kind === 'Secret') return [];
  const { checkout } = source.request;
  const files = new Set(places.flatMap(envFiles));
  return [...files].flatMap((file) => {
    const lines = (readSource(checkout, NO_OVERLAY, file) ?? '').split('\n');
    return lines.flatMap((line, i): TextOrigin[] => {
      const [, key = '', text = ''] = /^\s*([^#=\s][^=]*)=(.*?)\r?$/.exec(line) ?? [];
      if (text !== value) return [];
      const column = line.indexOf('=') + 2;
      const changed = lines.with(i, withValue(line, otherText(text))).join('\n');
      return [{ file, line: i + 1, column, place: `${file}, which a generator reads`, via: key, changed }];
    });
  });
}

/** A line `key=value` with another value; its line end stays. */
function withValue(line: string, value: string): string {
  return line.slice(0, line.indexOf('=') + 1) + value + (line.endsWith('\r') ? '\r' : '');
}

/** The files of `envs` in the generators of a kustomization. */
function envFiles({ kind, file, value }: Place): readonly string[] {
  if (kind !== 'kustomization') return [];
  return ['configMapGenerator', 'secretGenerator'].flatMap((field) => {
    const generators = getField(value, [field]);
    return (isArray(generators) ? generators : []).flatMap((generator) => {
      const envs = getField(generator, ['envs']);
      return (isArray(envs) ? envs : []).flatMap((env) =>
        typeof env === 'string' ? [posix.normalize(posix.join(posix.dirname(file), env))] : [],
      );
    });
  });
}

/** The same files with a wanted text, for a field that is one of them whole. */
export function textCandidates(
  question: Pick<Question, 'source' | 'declared'>,
  { path, before, after }: Wish,
): readonly Candidate[] {
  const { checkout } = question.source.request;
  if (typeof before !== 'string' || typeof after !== 'string') return [];
  if (question.source.type === 'Kustomize') {
    return copiedLines(question, path).map(({ file, line, place }) => {
      const lines = (readSource(checkout, NO_OVERLAY, file) ?? '').split('\n');
      const text = lines.with(line - 1, withValue(lines[line - 1] ?? '', after)).join('\n');
      return { repoURL: checkout.repoURL, edits: [], texts: new Map([[file, text]]), place };
    });
  }
  return chartTexts(question, path).map(({ file, place }) => {
    const text = (readSource(checkout, NO_OVERLAY, file) ?? '').replace(before.trim(), () => after.trim());
    return { repoURL: checkout.repoURL, edits: [], texts: new Map([[file, text]]), place };
  });
}

/** Files of a chart that are neither templates nor values, whose text the field is. */
function chartTexts(
  { source, declared }: Pick<Question, 'source' | 'declared'>,
  path: FieldPath,
): readonly TextOrigin[] {
  const value = getField(declared.object, path);
  if (typeof value !== 'string' || value.trim() === '') return [];
  const { checkout, source: written } = source.request;
  const parameters = (written.helm?.fileParameters ?? []).map(({ path: file = '' }) => file);
  return source.inputs.flatMap(({ repoURL, path: file, role }): TextOrigin[] => {
    if (
      repoURL !== checkout.repoURL ||
      role === 'values' ||
      /(^|\/)(templates|charts|crds)\/|(Chart|values)\.(yaml|lock)$/.test(file)
    )
      return [];
    const text = readSource(checkout, NO_OVERLAY, file);
    if (text === undefined || text.trim() !== value.trim()) return [];
    const parameter = parameters.some((name) => file.endsWith(name.replace(/^(\.\/|\$[^/]*\/)/, '')));
    const place = `${file}, which ${parameter ? 'a file parameter of the Application' : 'the chart'} reads`;
    return [{ file, line: 1, column: 1, place, via: '', changed: otherText(text) }];
  });
}

function otherText(text: string): string {
  const end = /(?<!\n)\n*$/.exec(text)?.[0] ?? '';
  const body = text.slice(0, text.length - end.length);
  return `${String(perturb(body)[0] ?? 'remendo')}${end}`;
}
