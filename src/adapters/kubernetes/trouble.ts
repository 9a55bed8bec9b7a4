import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import { parseJson } from './answer.ts';
import type { Credentials } from './credentials.ts';

/** What went wrong, and what to do about it. */
type Trouble = readonly [codes: RegExp, says: string, hint: string];

const NEW_KUBECONFIG = 'fetch a new kubeconfig for this cluster; a proxy that opens TLS connections looks the same';
const PATH = 'check the network between here and there: VPN, firewall, NetworkPolicy, proxy';

/** Node's error codes (nodejs.org, "Errors": system errors, OpenSSL and X.509 error codes); the first that fits counts. */
const TROUBLES: readonly Trouble[] = [
  [/^ECONNREFUSED$/, 'nobody listens there', 'check the address in the kubeconfig, and that the API server runs'],
  [/^ENOTFOUND$/, 'its name is not known', 'check the address in the kubeconfig, and the name server (DNS)'],
  [/^EAI_AGAIN$/, 'the name server (DNS) does not answer', 'it is asked again; check the DNS settings here'],
  [/^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/, 'no answer arrives', PATH],
  [
    /^CERT_HAS_EXPIRED$/,
    'its certificate has expired',
    'renew the certificate of the API server (kubeadm: kubeadm certs renew apiserver), or set the clock here right',
  ],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet', 'the clock here is probably behind: set it right (NTP)'],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED)$/,
    'its certificate is not signed by the certificate authority that the kubeconfig names',
    NEW_KUBECONFIG,
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'its certificate is for another name',
    'use a name that the certificate has, or tls-server-name in the kubeconfig',
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST$/,
    'it does not speak TLS',
    'check the address in the kubeconfig: this port is for plain HTTP or something else',
  ],
  [
    /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE)|CERTIFICATE_(?:EXPIRED|REQUIRED|UNKNOWN)/,
    'it refuses the client certificate',
    'renew the client certificate in the kubeconfig',
  ],
  [
    /^ERR_OSSL_|KEY_VALUES_MISMATCH|BAD_DECRYPT/,
    'a certificate or key of the kubeconfig cannot be used',
    'check certificate-authority, client-certificate and client-key: PEM, and the key of this certificate',
  ],
  [/^(?:ECONNRESET|EPIPE)$/, 'the connection broke', PATH],
];

/** Why no answer arrived, for people. Error code: `cluster-unreachable`. */
export function unreachable(server: string, error: unknown): Problem {
  // Several addresses were tried: the message of the whole is empty, that of the first says why.
  const [first]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const { code, text } = told(first instanceof Error ? first : error);
  const found = TROUBLES.find(([codes]) => codes.test(code));
  if (!found) return problem('cluster-unreachable', `${server} cannot be reached: ${text}`, { hint: PATH });
  return problem('cluster-unreachable', `${server} cannot be reached: ${found[1]} (${text})`, { hint: found[2] });
}

/** True where other certificates may help: those of the kubeconfig may have been replaced. */
export function mayBeReplaced(error: unknown): boolean {
  const { code } = told(error);
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code);
}

function told(error: unknown): { readonly code: string; readonly text: string } {
  if (!(error instanceof Error)) return { code: '', text: 'no reason given' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const [text = ''] = error.message.trim().split('\n').slice(-1);
  // Node's advice for its own command line is none for a user of this program.
  return { code, text: text.split('; if the root CA')[0]?.slice(0, 300) || code || 'no reason given' };
}

const Claims = z.object({ exp: z.number() });

/**
 * Why the API server answered 401, as far as it shows in what was sent. `now` is the server's own time where its answer
 * names it. Error code: `cluster-unauthorized`.
 */
export function unauthorized(server: string, { headers, cert }: Credentials, now: number): Problem {
  const refused = `${server} does not accept the credentials`;
  const bearer = /^Bearer (.*)$/.exec(String(headers['Authorization'] ?? ''))?.[1];
  const [kind, end] = bearer === undefined ? ['client certificate', endOf(cert)] : ['token', expiryOf(bearer)];
  if (end !== undefined && end <= now) {
    const message = `${refused}, because the ${kind} expired at ${new Date(end).toISOString()}`;
    return problem('cluster-unauthorized', message, {
      hint: `put a new ${kind} in its place; it is read again without a restart`,
    });
  }
  if (bearer === undefined && cert === undefined && headers['Authorization'] === undefined) {
    const hint = 'the kubeconfig names a user without token, certificate or plugin';
    return problem('cluster-unauthorized', `${refused}, because there are none`, { hint });
  }
  return problem('cluster-unauthorized', `${refused} (HTTP 401), although the ${kind} is not out of date`, {
    hint: 'they belong to another cluster, or were revoked (a ServiceAccount that was deleted): fetch new ones',
  });
}

function endOf(cert: Credentials['cert']): number | undefined {
  if (cert === undefined) return undefined;
  try {
    return Date.parse(new X509Certificate(cert).validTo);
  } catch {
    return undefined;
  }
}

/** The end of a JSON Web Token in milliseconds (RFC 7519, `exp`); undefined for other tokens. Nothing is verified here. */
function expiryOf(token: string): number | undefined {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const claims = Claims.safeParse(parseJson(text));
  return claims.success ? claims.data.exp * 1000 : undefined;
}
