/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md: frames of one byte that says what they are, and four of length. */
const HEAD = 5;
const TRAILERS = 0x80;

/** Content type of gRPC-web with binary protobuf messages (PROTOCOL-WEB.md). */
export const GRPC_WEB = 'application/grpc-web+proto';

/** google.golang.org/grpc/codes: those that say something to us. */
export const GRPC = { ok: 0, notFound: 5, permissionDenied: 7, unimplemented: 12, unauthenticated: 16 } as const;

/** What a gRPC server answered. */
export interface GrpcAnswer {
  readonly code: number;
  /** The server's words; empty where all went well. */
  readonly words: string;
  readonly message: Buffer | undefined;
}

/** The one message of a request, in its frame. */
export function frame(message: Buffer): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Reads an answer; undefined where it is none of gRPC-web. An answer without a message has its status in the headers. */
export function readAnswer(headers: Headers, body: Buffer): GrpcAnswer | undefined {
  const frames = framesOf(body);
  if (frames === undefined) return undefined;
  const trailers = frames.find(({ kind }) => kind >= TRAILERS);
  const said = trailers === undefined ? headers : trailersOf(trailers.bytes);
  const status = said.get('grpc-status');
  if (status === null || !/^\d{1,3}$/.test(status)) return undefined;
  const message = frames.find(({ kind }) => kind < TRAILERS)?.bytes;
  return { code: Number(status), words: decode(said.get('grpc-message') ?? ''), message };
}

function framesOf(body: Buffer): readonly { readonly kind: number; readonly bytes: Buffer }[] | undefined {
  const frames = [];
  let at = 0;
  while (at < body.length) {
    if (at + HEAD > body.length) return undefined;
    const end = at + HEAD + body.readUInt32BE(at + 1);
    if (end > body.length) return undefined;
    frames.push({ kind: body.readUInt8(at), bytes: body.subarray(at + HEAD, end) });
    at = end;
  }
  return frames;
}

/** The last frame is written like the headers of HTTP. */
function trailersOf(bytes: Buffer): Pick<Headers, 'get'> {
  const lines = bytes.toString('utf8').split(/\r?\n/);
  const entries = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
  });
  const all = new Map(entries);
  return { get: (name) => all.get(name) ?? null };
}

/** Words are percent-encoded; what is not is left as it is. */
function decode(words: string): string {
  try {
    return decodeURIComponent(words);
  } catch {
    return words;
  }
}
