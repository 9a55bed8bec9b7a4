import type { Condition, KubeObject } from '../objects.ts';

/** argoproj.io/v1alpha1 Application, the fields that the GitOps controller reads and writes. */
export interface Application extends KubeObject {
  spec: {
    project?: string;
    source?: Source;
    sources?: Source[];
    destination: { server?: string; name?: string; namespace?: string };
    syncPolicy?: { automated?: { prune?: boolean; selfHeal?: boolean; enabled?: boolean }; syncOptions?: string[] };
    revisionHistoryLimit?: number;
  };
  status?: ApplicationStatus;
}

/** argoproj.io/v1alpha1 ApplicationSource, the fields that the sandbox knows. */
export interface Source {
  repoURL: string;
  path?: string;
  targetRevision?: string;
  chart?: string;
  ref?: string;
  helm?: unknown;
  kustomize?: unknown;
  directory?: { recurse?: boolean; include?: string; exclude?: string };
}

/** What a sync did with one object (argoproj.io/v1alpha1 ResourceResult). */
export interface ResourceResult {
  group: string;
  version: string;
  kind: string;
  namespace: string;
  name: string;
  status: 'Synced' | 'SyncFailed' | 'Pruned';
  message: string;
  hookPhase: 'Running' | 'Failed';
  syncPhase: 'Sync';
}

/** The last sync (argoproj.io/v1alpha1 OperationState). Times are RFC 3339. */
export interface OperationState {
  operation: object;
  phase: 'Running' | 'Succeeded' | 'Failed';
  message: string;
  startedAt: string;
  finishedAt?: string;
  syncResult: {
    revision: string;
    revisions?: string[];
    resources: ResourceResult[];
    source?: Source;
    sources?: Source[];
  };
}

/** argoproj.io/v1alpha1 ApplicationStatus, as the sandbox's controller writes it. */
export interface ApplicationStatus {
  controllerNamespace?: string;
  sync?: { status: 'Synced' | 'OutOfSync' | 'Unknown'; revision?: string; revisions?: string[]; comparedTo: object };
  health?: { status: string; lastTransitionTime?: string };
  reconciledAt?: string;
  resourceHealthSource?: string;
  sourceType?: string;
  sourceTypes?: string[];
  summary?: { images?: string[] };
  operationState?: OperationState;
  history?: {
    deployStartedAt: string;
    deployedAt: string;
    id: number;
    initiatedBy: { automated: boolean };
    revision: string;
    revisions?: string[];
    source?: Source;
    sources?: Source[];
  }[];
  conditions?: (Pick<Condition, 'type' | 'message' | 'lastTransitionTime'> & { type: string })[];
  resources?: {
    group?: string;
    version: string;
    kind: string;
    namespace?: string;
    name: string;
    status: string;
    requiresPruning?: boolean;
  }[];
}

/** The sources of an Application; `sources` wins over `source`. */
export function sourcesOf(application: Application): Source[] {
  if (application.spec.sources && application.spec.sources.length > 0) return application.spec.sources;
  return application.spec.source ? [application.spec.source] : [];
}

/** Annotation by which Argo CD knows its objects: `APP:GROUP/KIND:NAMESPACE/NAME`. */
export const TRACKING = 'argocd.argoproj.io/tracking-id';
