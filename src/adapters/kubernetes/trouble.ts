import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { FailureKind } from '../connection/failure.ts';
import { connectionFailure } from '../connection/failure.ts';
import { parseJson } from '../../domain/json.ts';
import type { Credentials } from './credentials.ts';

const NEW_KUBECONFIG = 'fetch a new kubeconfig for this cluster; a proxy that opens TLS connections looks the same';
const PATH = 'check the network between here and there: VPN, firewall, NetworkPolicy, proxy';

const HINTS: Readonly<Record<FailureKind, string>> = {
  refused: 'check the address in the kubeconfig, and that the API server runs',
  'unknown-name': 'check the address in the kubeconfig, and the name server (DNS)',
  'name-server': 'it is asked again; check the DNS settings here',
  'no-answer': PATH,
  expired:
    'renew the certificate of the API server (kubeadm: kubeadm certs renew apiserver), or set the clock here right',
  'not-yet-valid': 'the clock here is probably behind: set it right (NTP)',
  untrusted: NEW_KUBECONFIG,
  'other-name': 'use a name that the certificate has, or tls-server-name in the kubeconfig',
  'no-tls': 'check the address in the kubeconfig: this port is for plain HTTP or something else',
  'client-refused': 'renew the client certificate in the kubeconfig',
  unusable: 'check certificate-authority, client-certificate and client-key: PEM, and the key of this certificate',
  broken: PATH,
};

/** What a kubeconfig makes of it: it names the only authority that counts. */
const OWN_WORDS: Readonly<Partial<Record<FailureKind, string>>> = {
  untrusted: 'its certificate is not signed by the certificate authority that the kubeconfig names',
  unusable: 'a certificate or key of the kubeconfig cannot be used',
};

/** Why no answer arrived, for people. Error code: `cluster-unreachable`. */
export function unreachable(server: string, error: unknown): Problem {
  const { kind, says, text } = connectionFailure(error);
  if (kind === undefined) return problem('cluster-unreachable', `${server} cannot be reached: ${text}`, { hint: PATH });
  const words = OWN_WORDS[kind] ?? says;
  return problem('cluster-unreachable', `${server} cannot be reached: ${words} (${text})`, { hint: HINTS[kind] });
}

/** True where other certificates may help: those of the kubeconfig may have been replaced. */
export function mayBeReplaced(error: unknown): boolean {
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(connectionFailure(error).code);
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
