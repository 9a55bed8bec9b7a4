import { looksRandom, REDACTED } from './secret-value.ts';

/**
 * Tokens that are recognised by their form, as their issuers document it: cloud providers, forges, chat, payment,
 * package registries, model providers.
 */
const TOKENS: readonly RegExp[] = [
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{16,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt)-[\w.-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{8,}/g,
  /\bxapp-\d-[\w-]{8,}/g,
  /\bhooks\.slack\.com\/(?:services|workflows)\/[\w/-]{8,}/g,
  /\bsk-(?:ant-|proj-|or-|svcacct-)?(?=[\w-]*\d)[A-Za-z0-9_-]{16,}/g,
  /\bAIza[\w-]{30,}/g,
  /\bya29\.[\w-]{10,}/g,
  /\bGOCSPX-[\w-]{20,}/g,
  /\b[srp]k_(?:live|test)_\w{8,}/g,
  /\bwhsec_[\w+/=]{16,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\bpypi-[\w-]{16,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bdo[opr]_v1_[a-f0-9]{32,}/g,
  /\bhv[sbr]\.[\w-]{20,}/g,
  /\bdckr_(?:pat|oat)_[\w-]{16,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{16,}/g,
  /\bdapi[a-f0-9]{32}\b/g,
  /\blin_api_\w{20,}/g,
  /\bdp\.(?:pt|st|ct|sa)\.[\w.-]{20,}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /\b\d{8,10}:AA[\w-]{33}/g,
  // Password hashes: bcrypt, crypt(3), Argon2.
  /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}/g,
  /\$(?:1|5|6|y|apr1)\$[./A-Za-z0-9=,]{1,40}\$[./A-Za-z0-9$]{8,}/g,
  /\$argon2(?:id|i|d)\$[\w$=,+/.-]{16,}/g,
  // JSON Web Tokens, and any JSON object in base64 (a docker configuration, for one).
  /\beyJ[\w+/=-]{14,}(?:\.[\w=-]*){0,4}/g,
];

/** PEM blocks, also with escaped line ends, and cut at their begin or their end by the tail of a log. */
const PEM: readonly RegExp[] = [
  /-----BEGIN ([A-Z0-9 ]{3,40})-----[\s\S]{0,20000}?-----END \1-----/g,
  /-----BEGIN [A-Z0-9 ]{3,40}-----(?:\s|\\[nr]|[\w+/=:,-]){0,20000}/g,
  /(?<![\w+/=])(?:[\w+/=]{16,128}(?:\s|\\[nr]){1,4}){1,100}-----END [A-Z0-9 ]{3,40}-----/g,
  // `-----BEGIN` in base64, as Secrets and kubeconfigs hold it.
  /\bLS0tLS1CRUdJT[\w+/]{8,}={0,2}/g,
];

const HEADER =
  /\b((?:proxy-)?authorization\\*["']?\s{0,4}[:=]\s{0,4}\\*["']?(?:[A-Za-z][\w-]{2,20}[ \t]+)?)([^\s"'\\,][^\r\n"'\\]*)/gi;
const COOKIE = /\b((?:set-)?cookie\\*["']?:[ \t]*\\*["']?)([^\r\n"'\\]{4,})/gi;
const SCHEME = /\b(Bearer|Basic|Token)([ \t]+)([\w.~+/-]{8,}={0,2})/gi;
const URL_WITH_PASSWORD =
  /\b([a-z][a-z0-9+.-]{1,30}:\/\/)([^\s/:@"'<>[\]]{0,256}):(?!\d{1,5}\/)([^\s"'<>]{1,512})@(?=[\w.[$-])/gi;
const URL_WITH_USER = /\b([a-z][a-z0-9+.-]{1,30}:\/\/)([^\s/:@"'<>[\]]{12,256})@/gi;
/** A data source name as Go drivers write it: `user:password@tcp(host:3306)/db`. */
const GO_DSN = /(?<![\w.-])([\w.-]{1,64}):([^\s@"']{1,256})@(?=(?:tcp|tcp6|unix)\()/g;

/** Hides what is recognised by its form, wherever it stands. */
export function redactShapes(text: string): string {
  let out = text;
  if (/-----(?:BEGIN|END) |LS0tLS1CRUdJT/.test(text)) for (const pattern of PEM) out = out.replace(pattern, REDACTED);
  out = out
    .replace(HEADER, (whole, head: string, value: string) => (value.startsWith(REDACTED) ? whole : head + REDACTED))
    .replace(COOKIE, (whole, head: string, value: string) => (value.startsWith(REDACTED) ? whole : head + REDACTED))
    .replace(SCHEME, (whole, scheme: string, space: string, value: string) =>
      isCredential(value) ? scheme + space + REDACTED : whole,
    )
    .replace(URL_WITH_PASSWORD, (_, scheme: string) => `${scheme}${REDACTED}@`)
    .replace(URL_WITH_USER, (whole, scheme: string, user: string) =>
      looksRandom(user, 16) ? `${scheme}${REDACTED}@` : whole,
    );
  if (/@(?:tcp6?|unix)\(/.test(out)) out = out.replace(GO_DSN, `${REDACTED}@`);
  for (const pattern of TOKENS) out = out.replace(pattern, REDACTED);
  return out;
}

/** After `Bearer`, `Basic` or `Token` a word of a sentence may stand: a credential has more than small letters. */
function isCredential(value: string): boolean {
  return /[A-Za-z]/.test(value) && (/\d/.test(value) || value.endsWith('=') || /[a-z][A-Z]/.test(value));
}
