/** A field of a message whose value is text or another message; numbers are left out. */
export interface Field {
  readonly number: number;
  readonly value: Buffer;
}

/** Lengths of the wire types that hold no text (protobuf.dev, "Encoding"): 64 and 32 bits. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A message of texts and messages, in the order in which they are given; absent values are left out. */
export function encodeMessage(
  fields: readonly (readonly [number, string | Buffer | undefined])[],
): Buffer<ArrayBuffer> {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (value === undefined) return [];
      const bytes = Buffer.from(value);
      return [varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes];
    }),
  );
}

/** The texts and messages of a message; undefined where it is none. */
export function decodeMessage(message: Buffer): readonly Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  while (at < message.length) {
    const key = readVarint(message, at);
    if (key === undefined) return undefined;
    const type = key.value % 8;
    if (type === LENGTH_DELIMITED) {
      const length = readVarint(message, key.end);
      if (length === undefined || length.end + length.value > message.length) return undefined;
      at = length.end + length.value;
      fields.push({ number: Math.floor(key.value / 8), value: message.subarray(length.end, at) });
      continue;
    }
    const end = type === VARINT ? readVarint(message, key.end)?.end : key.end + (FIXED[type] ?? Infinity);
    if (end === undefined || end > message.length) return undefined;
    at = end;
  }
  return fields;
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): Buffer<ArrayBuffer> {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return { value, end: start + index + 1 };
  }
  return undefined;
}
