import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';

/** Git's own words (with LC_ALL=C) for each kind of failure; the first that fits counts. */
const KINDS: readonly (readonly [string, RegExp, string])[] = [
  [
    'disk-full',
    /no space left on device|disk quota exceeded|unable to write (?:file|loose object)/i,
    'the disk is full',
  ],
  [
    'repository-corrupt',
    /object file .* is empty|loose object .* is corrupt|bad object|not a git repository|packfile .* (?:corrupt|cannot|does not)|index-pack died|bad config|broken (?:pack|ref)|invalid sha1 pointer|unable to read (?:tree|sha1 file|[0-9a-f]{40})|missing (?:blob|tree|commit) |could not read [0-9a-f]{40}|did not receive expected object|unable to parse object|inflate:|: bad file|unresolved deltas|bad signature|too short to be a packfile|not a pack ?file/i,
    'the cached copy is damaged',
  ],
  [
    'repository-unauthorized',
    /authentication failed|could not read (?:username|password)|terminal prompts disabled|returned error: (?:401|403)|http basic: access denied|permission denied|access denied|not authorized/i,
    'access is denied',
  ],
  [
    'repository-missing',
    /repository .*not found|returned error: (?:404|410)|does not appear to be a git repository|project you were looking for could not be found|does not exist/i,
    'there is no such repository',
  ],
  [
    'revision-missing',
    /couldn't find remote ref|unknown revision|bad revision|not our ref|no such ref|not a valid object name|ambiguous argument|unadvertised object|needed a single revision|invalid object name/i,
    'there is no such revision',
  ],
  [
    'repository-unreachable',
    /could not resolve host|failed to connect|connection|timed out|timeout|network|ssl|certificate|early eof|hung up|returned error: \d{3}|rpc failed|unable to access|transport '.*' not allowed|abort/i,
    'it does not answer',
  ],
];

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /could not read username|terminal prompts disabled/i,
    'the repository is private or does not exist: give credentials for its host, or name a clone with --repo',
  ],
  [
    /certificate/i,
    'its certificate is not trusted here: name the file of its authority in GIT_SSL_CAINFO (caBundle of the chart)',
  ],
];

/** Turns git's error output into a problem, without anything that looks like credentials. */
export function gitProblem(output: string, subject: string): Problem {
  const [code, , sentence] = KINDS.find(([, pattern]) => pattern.test(output)) ?? [
    'repository-unreachable',
    /./,
    'git failed',
  ];
  const said = lastWords(output);
  const hint = HINTS.find(([pattern]) => pattern.test(output))?.[1];
  return problem(code, `${subject}: ${sentence}${said === '' ? '' : ` (${said})`}`, hint === undefined ? {} : { hint });
}

function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^(?:fatal|error|remote): */i, '').trim())
    .filter((line) => line !== '');
  const chosen = output.includes('fatal:')
    ? output.split('\n').findLast((line) => line.startsWith('fatal:'))
    : lines.at(-1);
  return withoutCredentials((chosen ?? '').replace(/^fatal: */, '')).slice(0, 300);
}

/** `https://user:token@host` as `https://host`. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]+@/g, '//');
}
