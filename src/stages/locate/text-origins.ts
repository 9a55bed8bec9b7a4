import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import { isArray, plainText } from '../../domain/json.ts';
import { NO_OVERLAY, readSource } from './files.ts';
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

/** The same files with a wanted text, for a field that is one of them whole. */
export function textCandidates(
  question: Pick<Question, 'source' | 'declared'>,
  { path, before, after }: Wish,
): readonly Candidate[] {
  if (question.source.type !== 'Helm' || typeof before !== 'string' || typeof after !== 'string') return [];
  const { checkout } = question.source.request;
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
  const end = /\n*$/.exec(text)?.[0] ?? '';
  const body = text.slice(0, text.length - end.length);
  return `${String(perturb(body)[0] ?? 'remendo')}${end}`;
}
