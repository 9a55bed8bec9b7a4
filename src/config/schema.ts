import { z } from 'zod';
import { CHECK_NAMES } from '../domain/proof.ts';
import { Bytes, Duration } from './units.ts';

const Count = z.number().int().min(0).max(10_000);
const Money = z.number().min(0);

const Cluster = z.strictObject({
  name: z.string().min(1).optional().describe('Name of the cluster in fingerprints and reports. Default: from the kubeconfig.'),
  kubeconfig: z.string().optional().describe('Path of the kubeconfig. Default: KUBECONFIG, ~/.kube/config, then in-cluster.'),
  context: z.string().optional().describe('Context of the kubeconfig. Default: its current context.'),
});

const Repository = z.strictObject({
  url: z.string().min(1).describe('repoURL as the Applications write it.'),
  path: z.string().optional().describe('A clone on this machine to read from instead of fetching.'),
});

const GitHub = z.strictObject({
  apiUrl: z.url().optional().describe('For GitHub Enterprise: https://HOST/api/v3.'),
  host: z.string().optional().describe('Host of the repositories on this GitHub. Default: github.com.'),
  appId: z.number().int().optional().describe('Of a GitHub App; its private key comes from REMENDO_GITHUB_APP_KEY.'),
  installationId: z.number().int().optional(),
});

const Llm = z.strictObject({
  baseUrl: z.url().optional().describe('Of an OpenAI-compatible server. Default: OPENAI_BASE_URL.'),
  model: z.string().min(1),
  timeout: Duration.optional(),
  callsPerIncident: Count.optional(),
  callsPerHour: Count.optional(),
  dollarsPerDay: Money.optional(),
  promptPrice: Money.optional().describe('US dollars per million tokens.'),
  completionPrice: Money.optional().describe('US dollars per million tokens.'),
  maxOutputTokens: Count.optional(),
});

/** `remendo.yaml`: every key is optional; unknown keys are errors. Secrets come from the environment only. */
export const ConfigFile = z.strictObject({
  mode: z.enum(['observe', 'propose']).optional().describe('observe: writes nothing anywhere. propose: opens pull requests.'),
  cluster: Cluster.optional(),
  repositories: z.array(Repository).optional(),
  github: GitHub.optional(),
  llm: Llm.optional().describe('Leave out to work without a language model.'),
  registry: z
    .strictObject({
      enabled: z.boolean().optional().describe('Whether image registries may be asked for tags.'),
      insecureHosts: z.array(z.string()).optional().describe('Hosts that are spoken to over plain HTTP.'),
    })
    .optional(),
  render: z
    .strictObject({
      helm: z.string().optional().describe('Path of the helm binary. Default: helm on PATH.'),
      kustomize: z.string().optional().describe('Path of kustomize or kubectl. Default: kustomize, then kubectl, on PATH.'),
      timeout: Duration.optional(),
    })
    .optional(),
  detect: z
    .strictObject({
      minimumAge: Duration.optional().describe('States that can pass by themselves count as failures after this long.'),
      minimumRestarts: Count.optional(),
      ignoreNamespaces: z.array(z.string()).optional(),
    })
    .optional(),
  memory: z
    .strictObject({
      factor: z.number().gt(1).max(4).optional().describe('A memory limit that was too low is multiplied by this.'),
      ceiling: Bytes.optional().describe('No memory limit is raised above this.'),
    })
    .optional(),
  guardrails: z
    .strictObject({
      kinds: z.array(z.string()).optional().describe('Kinds whose manifests may be changed.'),
      fields: z.array(z.string()).optional().describe('Fields that may be changed: dotted, * one segment, ** any number, [] a list item.'),
      maxResourceFactor: z.number().gt(1).optional(),
      maxChangedLines: Count.optional(),
    })
    .optional(),
  proof: z
    .strictObject({
      tolerateUnknown: z.array(z.enum(CHECK_NAMES)).optional().describe('Checks that may answer "could not check".'),
    })
    .optional(),
  limits: z
    .strictObject({
      openPullRequests: Count.optional().describe('Open pull requests per repository.'),
      pullRequestsPerHour: Count.optional().describe('New pull requests per repository and hour.'),
      perWorkload: Count.optional().describe('Open pull requests per workload.'),
      humanChange: Duration.optional().describe('A change that people made to a field is respected for this long.'),
    })
    .optional(),
  verify: z
    .strictObject({
      propagation: Duration.optional().describe('From merge to applied, at most.'),
      soak: Duration.optional().describe('The failure must stay away for this long.'),
      resolvedObservations: Count.optional().describe('Passes with the failure gone before an open pull request is closed.'),
    })
    .optional(),
  patterns: z
    .strictObject({ minimumTrust: z.number().min(0).max(1).optional(), halfLife: Duration.optional() })
    .optional(),
  run: z
    .strictObject({
      interval: Duration.optional().describe('A full pass at least this often.'),
      debounce: Duration.optional().describe('Changes are collected for this long before a pass.'),
    })
    .optional(),
  state: z.strictObject({ directory: z.string().optional().describe('Caches, audit log. Can be deleted at any moment.') }).optional(),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional() }).optional(),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
