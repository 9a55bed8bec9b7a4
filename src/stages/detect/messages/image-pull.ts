import type { Facts } from '../../../domain/finding.ts';

type PullFailure = NonNullable<Facts['pullFailure']>;

/**
 * The order matters: a registry that is asked too often or refuses a client may say `not found` further on in the same
 * text. Sources of the words: containerd core/remotes, Docker Hub, distribution/distribution error codes, CRI-O.
 */
const GRAMMAR: readonly (readonly [PullFailure, RegExp])[] = [
  ['rate-limited', /toomanyrequests|too many requests|\b429\b|pull rate limit/i],
  [
    'platform',
    /no match for platform|no matching manifest|does not match the specified platform|image operating system/i,
  ],
  ['tls', /x509:|tls:|certificate|server gave HTTP response to HTTPS client/i],
  [
    'unauthorized',
    /unauthorized|authentication required|access denied|access forbidden|insufficient_scope|\b40[13]\b|forbidden|\bdenied\b|no basic auth|authorization failed/i,
  ],
  [
    'network',
    /no such host|i\/o timeout|connection refused|connection reset|deadline exceeded|unreachable|no route to host|temporary failure|\bEOF\b|Client\.Timeout|\b50[0234]\b|proxyconnect|canceled/i,
  ],
  ['not-found', /not found|manifest unknown|name unknown|manifest_unknown|name_unknown|code = NotFound|\b404\b/i],
];

/** Why a pull failed, from what the container runtime said; `other` where the words are not known. */
export function parsePullFailure(message: string): PullFailure {
  // References, digests and addresses could hold any word: only the text around them is read.
  const words = message
    .replaceAll(/https?:\/\/[^\s"]+/g, ' ')
    .replaceAll(/"[^"]*"/g, ' ')
    .replaceAll(/(?<=\s)(?!i\/o\b)[\w.-]+(?::\d+)?\/[\w./-]+(?:[:@][\w.:-]+)?(?=[\s:,]|$)/g, ' ');
  return GRAMMAR.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}

/** The detail of `Back-off pulling image "X": ErrImagePull: <detail>` (Kubernetes 1.32 and later); undefined without one. */
export function pullDetail(message: string): string | undefined {
  return /^Back-off pulling image ".*?": (?:\w+: )?([\s\S]+)$/.exec(message)?.[1];
}
