/** What a plain scalar means. `exact` holds the decimal digits of an integer that a JavaScript number rounds. */
export interface ResolvedScalar {
  readonly type: 'string' | 'boolean' | 'null' | 'int' | 'float' | 'not-json';
  readonly value: string | number | boolean | null;
  readonly exact?: string;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);
const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const NOT_JSON = /^(?:\.(?:nan|NaN|NAN)|[+-]?\.(?:inf|Inf|INF))$/;
const INTEGER = /^([+-]?)(?:(0[xX])([\da-fA-F]+)|(0[bB])([01]+)|(0[oO]?)([0-7]+)|(0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const DOT_FLOAT = /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/;
/** `0b-1` and `0b+1`: accepted by the Go code by accident, so they are numbers to Kubernetes. */
const SIGNED_BINARY = /^0b([+-])([01]+)$/;

/**
 * Resolves a plain scalar as Kubernetes does: the table of `resolve.go` in go.yaml.in/yaml/v2, which sigs.k8s.io/yaml
 * uses. Base-0 integers (`0644` is 420, `0x1F`, `0b1`, `0o7`), `_` between digits, y/n/yes/no/on/off, no sexagesimal;
 * timestamps stay strings. `not-json` is `.nan` or `.inf`, which Kubernetes refuses.
 */
export function resolvePlain(text: string): ResolvedScalar {
  const word = BOOLEANS.get(text);
  if (word !== undefined) return { type: 'boolean', value: word };
  if (NULLS.has(text)) return { type: 'null', value: null };
  if (NOT_JSON.test(text)) return { type: 'not-json', value: null };
  const string: ResolvedScalar = { type: 'string', value: text };
  if (text.startsWith('.')) return DOT_FLOAT.test(text) ? float(text.replaceAll('_', ''), string) : string;
  if (!/^[+\-\d]/.test(text)) return string;
  const digits = text.replaceAll('_', '');
  return integer(digits) ?? (FLOAT.test(digits) ? float(digits, string) : undefined) ?? signedBinary(digits) ?? string;
}

function integer(digits: string): ResolvedScalar | undefined {
  const match = INTEGER.exec(digits);
  if (!match) return undefined;
  const [, sign, , hex, , binary, , octal, decimal] = match;
  const magnitude =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal ?? '0');
  const value = sign === '-' ? -magnitude : magnitude;
  // ParseInt takes int64; ParseUint takes uint64 but no sign.
  const fits = value >= -(2n ** 63n) && value < (sign === '' ? 2n ** 64n : 2n ** 63n);
  if (!fits) return undefined;
  const number = Number(value);
  const exact = BigInt(number) === value;
  return exact ? { type: 'int', value: number } : { type: 'int', value: number, exact: String(value) };
}

function signedBinary(digits: string): ResolvedScalar | undefined {
  const [, sign, bits] = SIGNED_BINARY.exec(digits) ?? [];
  return bits === undefined ? undefined : integer(`${sign}0b${bits}`);
}

function float(digits: string, string: ResolvedScalar): ResolvedScalar {
  const value = Number(digits);
  return Number.isFinite(value) ? { type: 'float', value } : string;
}

/**
 * The text of a map key after resolution, as sigs.k8s.io/yaml turns keys into strings (`0644` becomes `420`, `yes`
 * becomes `true`); undefined where Kubernetes refuses the key (null, integers above int64).
 */
export function keyText(scalar: ResolvedScalar): string | undefined {
  const { type, value } = scalar;
  if (type === 'string' || type === 'boolean') return String(value);
  if (type === 'int' && typeof value === 'number') {
    const integer = BigInt(scalar.exact ?? value);
    return integer < 2n ** 63n ? String(integer) : undefined;
  }
  if (type === 'float' && typeof value === 'number') return float32Text(value);
  return undefined;
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 32)`: the shortest digits that give the same 32-bit float. */
function float32Text(value: number): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return rounded > 0 ? '.inf' : '-.inf';
  if (rounded === 0) return Object.is(rounded, -0) ? '-0' : '0';
  let digits = 1;
  while (digits < 9 && Math.fround(Number(rounded.toPrecision(digits))) !== rounded) digits++;
  const [mantissa = '', power = '0'] = rounded.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) {
    return Number(rounded.toPrecision(digits)).toFixed(Math.max(0, digits - 1 - exponent));
  }
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
