import type { ForgeError } from '../../ports/forge.ts';
import type { FailureKind } from '../connection/failure.ts';
import { connectionFailure } from '../connection/failure.ts';
import { codeOf } from './status-code.ts';

/** A forge as its errors name it. */
export interface Site {
  /** `GitHub`, `Gitea`. */
  readonly name: string;
  readonly apiUrl: string;
  /** Key of the configuration that says where it is. */
  readonly setting: string;
}

const PATH = 'check the network between here and there: firewall, NetworkPolicy, proxy (HTTPS_PROXY, NO_PROXY)';
const OTHERS = 'a proxy or another server may answer in its place';

function hintFor(kind: FailureKind | undefined, { setting }: Site): string {
  switch (kind) {
    case 'refused':
      return `check ${setting}, and that the forge runs`;
    case 'unknown-name':
      return `check ${setting}, and the name server (DNS)`;
    case 'name-server':
      return 'check the DNS settings here';
    case 'expired':
      return 'it has to be renewed there, unless the clock here is wrong';
    case 'not-yet-valid':
      return 'the clock here is probably behind: set it right (NTP)';
    case 'untrusted':
      return `name the file of its authority in NODE_EXTRA_CA_CERTS (caBundle of the chart); ${OTHERS}`;
    case 'other-name':
      return `use a name in ${setting} that the certificate has; ${OTHERS}`;
    case 'no-tls':
      return `check ${setting}: this port is for plain HTTP or something else`;
    case 'client-refused':
    case 'unusable':
    case 'no-answer':
    case 'broken':
    case undefined:
      return PATH;
  }
}

/** The error of a request that got no whole answer, from what the request threw. */
export function unreachable(site: Site, error: unknown): ForgeError {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { code: 'unreachable', message: `${site.apiUrl} gives no answer in time`, hint: PATH };
  }
  const { kind, says, text } = connectionFailure(error);
  if (kind === 'broken') {
    return { code: 'unreachable', message: `${site.apiUrl}: ${says} (${text})`, hint: PATH };
  }
  const words = kind === undefined ? text : `${says} (${text})`;
  return {
    code: 'unreachable',
    message: `${site.apiUrl} cannot be reached: ${words}`,
    hint: hintFor(kind, site),
    ...(kind === undefined ? {} : { noWay: true }),
  };
}

/** The error of an answer that this kind of forge does not give. `data` is what was read, `where` what does not fit. */
export function foreignAnswer({ name, apiUrl, setting }: Site, data: unknown, where: string): ForgeError {
  const words = isPage(data) ? 'a page of HTML' : 'something else';
  const place = where === '' ? '' : ` (${where})`;
  return {
    code: 'unreachable',
    message: `${apiUrl} answers with ${words}: the answer is not ${name}'s${place}`,
    hint: `a proxy or a login page stands between, or it is another server: check ${setting}, HTTPS_PROXY and NO_PROXY`,
  };
}

function isPage(data: unknown): boolean {
  return typeof data === 'string' && /<(?:!doctype|html)\b/i.test(data.slice(0, 1000));
}

/**
 * The error of an answer whose status is no success, and no limit. `text` is what the server says, `data` what was read:
 * a page of HTML is not the forge's no, it is a proxy's.
 */
export function refusal(site: Site, status: number, text: string, data: unknown): ForgeError {
  const { apiUrl } = site;
  if (status < 500 && isPage(data)) return foreignAnswer(site, data, `HTTP ${status}`);
  const code = codeOf(status, text);
  if (status >= 500) {
    const hint = 'a fault of the forge or of a proxy before it: it is asked again';
    return { code, message: `${apiUrl} answered ${status}`, hint };
  }
  const hint = hintOf(code, text);
  return { code, message: `${text} (${apiUrl}, HTTP ${status})`, ...(hint === undefined ? {} : { hint }) };
}

function hintOf(code: ForgeError['code'], text: string): string | undefined {
  // docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App".
  if (/'(?:Expiration time|Issued at)' claim/.test(text)) return 'the clock here is probably wrong: set it right (NTP)';
  if (code === 'unauthorized') {
    return 'the credential has expired, was revoked or belongs to another forge: give a new one and start again';
  }
  if (/archived|read-only/i.test(text))
    return 'nothing can be written there: take its Applications away, or unarchive it';
  return undefined;
}

/** The error of a limit that passes after some seconds. */
export function limited({ apiUrl }: Site, status: number, text: string, retryAfter: number): ForgeError {
  const hint = `it is left alone for ${retryAfter} s`;
  return { code: 'rate-limited', message: `${text} (${apiUrl}, HTTP ${status})`, retryAfter, hint };
}
