/** What kept a connection from being made, or broke it. */
export type FailureKind = keyof typeof SAYS;

/** For each kind half a sentence about the server; the same for a cluster and for a forge. */
const SAYS = {
  refused: 'nobody listens there',
  'unknown-name': 'its name is not known',
  'name-server': 'the name server (DNS) does not answer',
  'no-answer': 'no answer arrives',
  expired: 'its certificate has expired',
  'not-yet-valid': 'its certificate is not valid yet',
  untrusted: 'its certificate is not signed by an authority that is trusted here',
  'other-name': 'its certificate is for another name',
  'no-tls': 'it does not speak TLS',
  'client-refused': 'it refuses the client certificate',
  unusable: 'a certificate or key cannot be used',
  broken: 'the connection broke',
} as const;

/** Node's error codes (nodejs.org, "Errors": system errors, OpenSSL and X.509 error codes; undici's own); the first that fits counts. */
const KINDS: readonly (readonly [RegExp, FailureKind])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^ENOTFOUND$/, 'unknown-name'],
  [/^EAI_AGAIN$/, 'name-server'],
  [/^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/, 'no-answer'],
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/^CERT_NOT_YET_VALID$/, 'not-yet-valid'],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED)$/,
    'untrusted',
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'other-name'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST$/, 'no-tls'],
  [
    /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE)|CERTIFICATE_(?:EXPIRED|REQUIRED|UNKNOWN)/,
    'client-refused',
  ],
  [/^ERR_OSSL_|KEY_VALUES_MISMATCH|BAD_DECRYPT/, 'unusable'],
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'broken'],
];

/** What is known about a connection that failed. */
export interface ConnectionFailure {
  /** Undefined where the error is of no known kind. */
  readonly kind: FailureKind | undefined;
  /** Half a sentence about the server; empty where the kind is not known. */
  readonly says: string;
  /** Node's error code; empty where there is none. */
  readonly code: string;
  /** Node's own words, without its advice for its command line. */
  readonly text: string;
}

/** Reads what a request threw: the innermost error that has a code says why, else the innermost. */
export function connectionFailure(error: unknown): ConnectionFailure {
  const inner = withCode(error) ?? innermost(error);
  if (!(inner instanceof Error)) return { kind: undefined, says: '', code: '', text: 'no reason given' };
  const code = codeOf(inner);
  const kind = KINDS.find(([codes]) => codes.test(code))?.[1];
  const [last = ''] = inner.message.trim().split('\n').slice(-1);
  const text = last.split('; if the root CA')[0]?.slice(0, 300) || code || 'no reason given';
  return { kind, says: kind === undefined ? '' : SAYS[kind], code, text };
}

/** Several addresses were tried: the message of the whole is empty, that of the first says why. */
function withCode(error: unknown, depth = 0): Error | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  const [first]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const inside = withCode(first, depth + 1) ?? withCode(error.cause, depth + 1);
  return inside ?? (codeOf(error) === '' ? undefined : error);
}

function innermost(error: unknown, depth = 0): unknown {
  const inside = error instanceof Error && depth < 5 ? error.cause : undefined;
  return inside instanceof Error ? innermost(inside, depth + 1) : error;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
