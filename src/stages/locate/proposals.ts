import type { JsonValue } from '../../domain/json.ts';
import type { Scalar } from './places.ts';
import { isScalar } from './places.ts';

/** A value that a source scalar could take so that the rendered field becomes what is wanted. */
export interface ValueProposal {
  readonly value: Scalar;
  /** How the scalar and the field hang together: 0 equal, 1 a part of it, 2 it holds it, 3 encoded. */
  readonly distance: number;
}

/**
 * What a scalar would have to become for a field to go from `before` to `after`, judged by texts alone: the scalar
 * is the field, a part of it (a tag of an image, a number before its unit), or a text around it (`key=value`).
 */
export function proposeValues(scalar: Scalar, before: JsonValue, after: JsonValue): readonly ValueProposal[] {
  if (!isScalar(before) || !isScalar(after) || scalar === null || before === null) return [];
  const [text, old, wanted] = [String(scalar), String(before), String(after ?? '')];
  if (after === null) return [];
  if (text === old) return [{ value: typedLike(scalar, after), distance: 0 }];
  if (text === '' || old === '') return [];
  const out: ValueProposal[] = [...unformatted(scalar, old, wanted)];
  if (typeof scalar !== 'boolean') {
    for (const at of occurrences(old, text)) {
      const [head, tail] = [old.slice(0, at), old.slice(at + text.length)];
      const fits = wanted.startsWith(head) && wanted.endsWith(tail) && wanted.length > head.length + tail.length;
      if (!fits) continue;
      const part = wanted.slice(head.length, wanted.length - tail.length);
      if (part !== text) out.push({ value: typedLike(scalar, part), distance: 1 });
    }
  }
  if (typeof scalar === 'string') {
    // `upper` made the field of a value in lower case.
    const lower = text === old.toLowerCase() && wanted === wanted.toUpperCase() ? wanted.toLowerCase() : undefined;
    if (lower !== undefined) out.push({ value: lower, distance: 1 });
    for (const at of occurrences(text, old)) {
      const value = text.slice(0, at) + wanted + text.slice(at + old.length);
      out.push({ value, distance: 2 });
    }
    out.push(...templated(scalar, old, wanted));
    const decoded = decode(old);
    const wantedPlain = decode(wanted);
    if (decoded === text && wantedPlain !== undefined) out.push({ value: wantedPlain, distance: 3 });
    if (decode(text) === old) out.push({ value: Buffer.from(wanted).toString('base64'), distance: 3 });
  }
  return out;
}

/**
 * A text with `{{ ... }}` in it, which the chart hands to `tpl`, and which is the field or a part of it: where the two texts
 * differ only in what stands there as it is, that part changes and the rest stays a template.
 */
function templated(text: string, old: string, wanted: string): readonly ValueProposal[] {
  const pieces = text.split(/(\{\{.*?\}\})/s);
  if (pieces.length < 3) return [];
  const form = pieces.map((piece, i) => (i % 2 === 0 ? `(${escape(piece)})` : '([^]*?)')).join('');
  const [, before = '', ...shown] = new RegExp(`^([^]*?)${form}[^]*$`).exec(old) ?? [];
  let at = before.length;
  for (const [i, part] of shown.entries()) {
    const [head, tail] = [old.slice(0, at), old.slice(at + part.length)];
    at += part.length;
    const fits = wanted.startsWith(head) && wanted.endsWith(tail) && wanted.length >= head.length + tail.length;
    if (i % 2 !== 0 || part === '' || !fits) continue;
    const piece = wanted.slice(head.length, wanted.length - tail.length);
    return [{ value: pieces.with(i, piece).join(''), distance: 0.5 }];
  }
  return [];
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What Go prints for a value of another type than the verb of a format is for: `%!s(float64=1.2)` (package fmt, format errors). */
const MISFORMATTED = /%!\w\([\w.*[\]]+=([^()]*)\)/;

/** A number where a format wants a string: the text that is wanted in its place, which must be a string then. */
function unformatted(scalar: Scalar, old: string, wanted: string): readonly ValueProposal[] {
  const odd = typeof scalar === 'string' ? null : MISFORMATTED.exec(old);
  if (!odd || odd[1] !== String(scalar)) return [];
  const [head, tail] = [old.slice(0, odd.index), old.slice(odd.index + odd[0].length)];
  const fits = wanted.startsWith(head) && wanted.endsWith(tail) && wanted.length > head.length + tail.length;
  return fits ? [{ value: wanted.slice(head.length, wanted.length - tail.length), distance: 1 }] : [];
}

function occurrences(text: string, part: string): readonly number[] {
  const out: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && out.length < 4; at = text.indexOf(part, at + 1)) out.push(at);
  return out;
}

function decode(text: string): string | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const plain = Buffer.from(text, 'base64').toString('utf8');
  return Buffer.from(plain, 'utf8').toString('base64') === text ? plain : undefined;
}

/** A value in the type that the scalar has now, where it can be written so; else as it is. */
export function typedLike(scalar: Scalar, value: Scalar): Scalar {
  if (value === null || scalar === null || typeof value === typeof scalar) return value;
  if (typeof scalar === 'string') return String(value);
  const text = String(value);
  if (typeof scalar === 'number') return text !== '' && String(Number(text)) === text ? Number(text) : value;
  return text === 'true' ? true : text === 'false' ? false : value;
}

/** Another value of the same type and shape: what a scalar is set to only to see which fields follow it. */
export function perturb(scalar: Scalar): readonly Scalar[] {
  if (scalar === null) return ['remendo'];
  if (typeof scalar === 'boolean') return [!scalar];
  if (typeof scalar === 'number') return [Number.isInteger(scalar) ? scalar + 1 : scalar + 0.5];
  if (scalar === '') return ['remendo'];
  const digits = /\d+(?=\D*$)/.exec(scalar);
  const counted = digits
    ? scalar.slice(0, digits.index) +
      String(BigInt(digits[0]) + 1n).padStart(digits[0].length, '0') +
      scalar.slice(digits.index + digits[0].length)
    : undefined;
  const last = scalar.at(-1) ?? '';
  const lettered = /[a-z]/i.test(last) ? `${scalar}x` : undefined;
  return [counted, lettered, `${scalar}1`].filter((text) => text !== undefined);
}

/** How much two paths share in the words of their last steps; 0 is nothing. */
export function nameSimilarity(a: readonly string[], b: readonly string[]): number {
  const mine = words(a);
  const last = a.at(-1)?.toLowerCase();
  const shared = [...words(b)].filter((word) => word !== '' && mine.has(word)).length;
  return shared + (last !== undefined && last === b.at(-1)?.toLowerCase() ? 2 : 0);
}

function words(path: readonly string[]): ReadonlySet<string> {
  const parts = path.slice(-4).flatMap((key) => key.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/));
  return new Set(parts.map((word) => word.toLowerCase()));
}
