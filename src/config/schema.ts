import { z } from 'zod';
import { CHECK_NAMES } from '../domain/proof.ts';
import { Bytes, Duration } from './units.ts';

const Count = z.number().int().min(0).max(10_000);
const Money = z.number().min(0);

const Cluster = z.strictObject({
  name: z
    .string()
    .min(1)
    .optional()
    .describe('Name of the cluster in fingerprints and reports. Without it: the name in the kubeconfig.'),
  kubeconfig: z
    .string()
    .optional()
    .describe('Path of the kubeconfig. Without it: KUBECONFIG, ~/.kube/config, then in-cluster.'),
  context: z.string().optional().describe('Context of the kubeconfig. Without it: its current context.'),
  dryRunAs: z
    .string()
    .min(1)
    .optional()
    .describe('User that dry runs are asked as, by impersonation. Without it: the user that reads.'),
});

const Repository = z.strictObject({
  url: z.string().min(1).describe('repoURL as the Applications write it.'),
  path: z.string().optional().describe('A clone on this machine to read from instead of fetching.'),
});

const GitHub = z.strictObject({
  apiUrl: z.url().optional().describe('For GitHub Enterprise: https://HOST/api/v3.'),
  host: z.string().optional().describe('Host of the repositories on this GitHub.'),
  appId: z.number().int().optional().describe('Of a GitHub App; its private key comes from REMENDO_GITHUB_APP_KEY.'),
  installationId: z
    .number()
    .int()
    .optional()
    .describe('Installation of the GitHub App. Without it: looked up for each repository.'),
});

const Gitea = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe('Host of the repositories on this Gitea or Forgejo, as their URLs write it, with a port of http(s).'),
  apiUrl: z
    .url()
    .optional()
    .describe('Without it: https://HOST/api/v1. For plain HTTP, or a server below a path: http://HOST/PATH/api/v1.'),
});

const ArgoCd = z.strictObject({
  server: z
    .url({ protocol: /^https$/, error: 'write https://HOST' })
    .describe("Address of Argo CD's API server, as people open it: https://HOST, with its path if it has one."),
});

const Llm = z.strictObject({
  baseUrl: z
    .url()
    .optional()
    .describe('Of an OpenAI-compatible server. Without it: OPENAI_BASE_URL, then the public OpenAI API.'),
  model: z.string().min(1).describe('Name of the model, as the server knows it.'),
  timeout: Duration.optional().describe('For one answer.'),
  callsPerIncident: Count.optional().describe('Questions about one incident, at most.'),
  callsPerHour: Count.optional().describe('Questions in an hour, at most.'),
  dollarsPerDay: Money.optional().describe('Money in a day, at most, by the two prices below. US dollars.'),
  promptPrice: Money.optional().describe('US dollars per million tokens.'),
  completionPrice: Money.optional().describe('US dollars per million tokens.'),
  maxOutputTokens: Count.optional().describe('Length of an answer, at most.'),
});

const Registry = z.strictObject({
  enabled: z.boolean().optional().describe('Whether image registries may be asked for tags.'),
  insecureHosts: z.array(z.string()).optional().describe('Hosts that are spoken to over plain HTTP.'),
});

const Render = z.strictObject({
  helm: z.string().optional().describe('Path of the helm binary. Without it: helm on PATH.'),
  kustomize: z
    .string()
    .optional()
    .describe('Path of kustomize or kubectl. Without it: kustomize, then kubectl, on PATH.'),
  timeout: Duration.optional().describe('For one run of helm or kustomize.'),
  chartCache: z
    .string()
    .optional()
    .describe(
      'Folder of NAME-VERSION.tgz (helm pull) for charts and dependencies of registries. Without it: such sources are refused, nothing is fetched.',
    ),
  kubeVersion: z
    .string()
    .optional()
    .describe('Version of the cluster that charts are told, as Argo CD tells it. Without it: the default of helm.'),
  apiVersions: z
    .array(z.string())
    .optional()
    .describe('API versions that charts are told the cluster serves, such as monitoring.coreos.com/v1.'),
});

const Detect = z.strictObject({
  minimumAge: Duration.optional().describe('States that can pass by themselves count as failures after this long.'),
  minimumRestarts: Count.optional().describe('A container that restarts counts as a failure after this many restarts.'),
  ignoreNamespaces: z.array(z.string()).optional().describe('Namespaces that are never looked at.'),
});

const Memory = z.strictObject({
  factor: z.number().gt(1).max(4).optional().describe('A memory limit that was too low is multiplied by this.'),
  ceiling: Bytes.optional().describe('No memory limit is raised above this.'),
});

const Guardrails = z.strictObject({
  kinds: z.array(z.string()).optional().describe('Kinds whose manifests may be changed.'),
  fields: z
    .array(z.string())
    .optional()
    .describe('Fields that may be changed: dotted, * one segment, ** any number, [] a list item.'),
  maxResourceFactor: z
    .number()
    .gt(1)
    .optional()
    .describe(
      'No resource value may grow by more than this factor in one pull request, except back to a value it had before.',
    ),
  maxChangedLines: Count.optional().describe('Lines that one pull request may change.'),
  allowShared: z
    .boolean()
    .optional()
    .describe(
      'Whether a change may also move other Applications, where no place in Git makes it for one alone. They are named in the proof.',
    ),
});

const Limits = z.strictObject({
  openPullRequests: Count.optional().describe('Open pull requests per repository.'),
  pullRequestsPerHour: Count.optional().describe('New pull requests per repository and hour.'),
  perWorkload: Count.optional().describe('Open pull requests per workload.'),
  humanChange: Duration.optional().describe('A change that people made to a field is respected for this long.'),
});

const Verify = z.strictObject({
  propagation: Duration.optional().describe('From merge to applied, at most.'),
  soak: Duration.optional().describe('The failure must stay away for this long.'),
  resolvedObservations: Count.optional().describe(
    'Passes with the failure gone before an open pull request is closed.',
  ),
});

const Patterns = z.strictObject({
  minimumTrust: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Lower bound of the success rate from which a learned pattern is used.'),
  halfLife: Duration.optional().describe('Time after which an outcome counts half.'),
});

const Run = z.strictObject({
  interval: Duration.optional().describe('A full pass at least this often.'),
  debounce: Duration.optional().describe('Changes are collected for this long before a pass.'),
  listen: z
    .string({ error: 'write HOST:PORT, such as 0.0.0.0:8080' })
    .regex(/^(?:\[[\da-fA-F:]+\]|[\w.-]+):\d{1,5}$/, 'write HOST:PORT, such as 0.0.0.0:8080')
    .optional()
    .describe('HOST:PORT for /healthz, /readyz and /metrics. Without it: nothing listens.'),
  leaderElection: z
    .strictObject({
      namespace: z.string().min(1).describe('Namespace of the Lease.'),
      name: z.string().min(1).describe('Name of the Lease.'),
    })
    .optional()
    .describe('Where several run, the one that holds this Lease works. Without it: this one works.'),
});

/** `remendo.yaml`: every key is optional; unknown keys are errors. Secrets come from the environment only. */
export const ConfigFile = z.strictObject({
  mode: z
    .enum(['observe', 'propose'])
    .optional()
    .describe('observe: writes nothing anywhere. propose: opens pull requests.'),
  cluster: Cluster.optional().describe('The cluster that is watched.'),
  repositories: z.array(Repository).optional().describe('Repositories that are read from clones on this machine.'),
  github: GitHub.optional().describe('Where pull requests are opened, for repositories on GitHub.'),
  gitea: Gitea.optional().describe(
    'The same for repositories on a Gitea or Forgejo; its token comes from REMENDO_GITEA_TOKEN.',
  ),
  argocd: ArgoCd.optional().describe(
    "Argo CD's API, asked what the API server says to an edit where Remendo's own dry runs are off; its token comes from REMENDO_ARGOCD_TOKEN.",
  ),
  llm: Llm.optional().describe('A language model. Left out: Remendo works without one.'),
  registry: Registry.optional().describe('Image registries.'),
  render: Render.optional().describe('The programs that render Helm and Kustomize sources.'),
  detect: Detect.optional().describe('When a state is a failure.'),
  memory: Memory.optional().describe('How memory limits are raised.'),
  guardrails: Guardrails.optional().describe('What a pull request may change.'),
  proof: z
    .strictObject({
      tolerateUnknown: z.array(z.enum(CHECK_NAMES)).optional().describe('Checks that may answer "could not check".'),
    })
    .optional()
    .describe('What a proof needs.'),
  limits: Limits.optional().describe('How many pull requests, and when to stand back.'),
  verify: Verify.optional().describe('What is watched after a merge.'),
  patterns: Patterns.optional().describe('When learned patterns are used.'),
  run: Run.optional().describe('When `remendo run` looks.'),
  state: z
    .strictObject({
      directory: z
        .string()
        .optional()
        .describe('For caches and the audit log. The caches can be deleted at any moment.'),
    })
    .optional()
    .describe('Where Remendo keeps files.'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .optional()
        .describe('What is written to standard error.'),
    })
    .optional()
    .describe('The log.'),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
