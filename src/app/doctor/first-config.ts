import { counted } from '../../domain/counted.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { repositoryOf } from '../../domain/repository-url.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { repositoriesOf, sourcesOf } from './repositories.ts';

const { limits, verify, llm, detect } = DEFAULT_POLICY;
const SHOWN = 20;

/**
 * A first `remendo.yaml` with what was found. Words follow `# `; where no blank or two follow the `#`, taking it away
 * leaves a key with its default. `context` is written where it was asked for.
 */
export function firstConfig(snapshot: Snapshot, context: string | undefined): string {
  const repositories = repositoriesOf(snapshot);
  const others = [...new Set(repositories.flatMap((url) => repositoryOf(url)?.host ?? []))].filter(
    (host) => host !== 'github.com',
  );
  return `# Remendo. Every key is optional; docs/configuration.md describes them all. Secrets come from the environment.

# observe: says what it would do and writes nothing. propose: opens pull requests.
mode: observe

cluster:
  # The name in fingerprints and reports. Pull requests are remembered by it: keep it.
  name: ${quoted(snapshot.cluster)}
${context === undefined ? '' : `  context: ${quoted(context)}\n`}
${found(snapshot, repositories)}
${otherForges(repositories, others)}

# A language model, asked only where rules, patterns and history know nothing; its answers are proven like all others.
#llm:
#  model: "name-of-a-model"
#  callsPerIncident: ${llm.callsPerIncident}
#  dollarsPerDay: ${llm.dollarsPerDay}

#detect:
#  ignoreNamespaces: ${JSON.stringify(detect.ignoreNamespaces)}

# Pull requests, by repository; a change that people made to a field is respected for humanChange.
#limits:
#  openPullRequests: ${limits.openPullRequests}
#  pullRequestsPerHour: ${limits.pullRequestsPerHour}
#  humanChange: ${duration(limits.humanChangeSeconds)}

# After the merge: how long until it must be applied, and how long the failure must stay away.
#verify:
#  propagation: ${duration(verify.propagationSeconds)}
#  soak: ${duration(verify.soakSeconds)}
`;
}

/** Which program a host runs cannot be told from its name: both sections are offered for it. */
function otherForges(repositories: readonly string[], [first, ...more]: readonly string[]): string {
  const plain = repositories.some((url) => repositoryOf(url)?.host === first && url.startsWith('http:'));
  const [gitHub, gitea] = [first ?? 'github.example.com', first ?? 'gitea.example.com'];
  const names = [first, ...more].filter((host) => host !== undefined).map(oneLine);
  const head =
    first === undefined
      ? '# For a GitHub Enterprise Server, and for a Gitea or Forgejo (its token: REMENDO_GITEA_TOKEN); both may be there:'
      : `# Repositories are on ${names.join(', ')}. If that is a GitHub Enterprise Server, take the first of these; if it is a
# Gitea or Forgejo (its token: REMENDO_GITEA_TOKEN), the second:`;
  return `${head}
#github:
#  host: ${quoted(gitHub)}
#  apiUrl: ${quoted(`https://${gitHub}/api/v3`)}
#gitea:
#  host: ${quoted(gitea)}
#  apiUrl: ${quoted(`${plain ? 'http' : 'https'}://${gitea}/api/v1`)}
`.trimEnd();
}

function found(snapshot: Snapshot, repositories: readonly string[]): string {
  const sources = sourcesOf(snapshot);
  const lines = repositories
    .slice(0, SHOWN)
    .map((url) => `# - ${oneLine(url)} (sources: ${sources.filter(({ repoURL }) => repoURL === url).length})`);
  const more = repositories.length > SHOWN ? [`# - and ${repositories.length - SHOWN} more`] : [];
  const count = snapshot.objects.Application.length;
  const head = `# Found: ${counted(count, 'Application')}, ${counted(repositories.length, 'Git repository', 'Git repositories')}${repositories.length === 0 ? '.' : ':'}`;
  return `${[head, ...lines, ...more].join('\n')}\n`;
}

/** JSON strings are YAML strings. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Inside a comment: credentials of a URL are left out, and nothing can end the line. */
function oneLine(url: string): string {
  return url.replace(/\/\/[^/@\s]*@/, '//').replaceAll(/[\p{Cc}\s]+/gu, ' ');
}

function duration(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  const fit = units.find(([, size]) => seconds >= size && seconds % size === 0);
  return fit ? `${seconds / fit[1]}${fit[0]}` : `${seconds}s`;
}
