import { z } from 'zod';
import { JsonObjectSchema } from './json-schema.ts';
import { Condition, ObjectMeta } from './meta.ts';

const NameValue = z.object({
  name: z.string().optional(),
  value: z.string().optional(),
  forceString: z.boolean().optional(),
});

/** argoproj.io/v1alpha1 ApplicationSourceHelm (types.go), the fields that a render depends on. */
export const HelmSource = z.object({
  valueFiles: z.array(z.string()).optional(),
  values: z.string().optional(),
  valuesObject: JsonObjectSchema.optional(),
  parameters: z.array(NameValue).optional(),
  fileParameters: z.array(z.object({ name: z.string().optional(), path: z.string().optional() })).optional(),
  releaseName: z.string().optional(),
  namespace: z.string().optional(),
  version: z.string().optional(),
  ignoreMissingValueFiles: z.boolean().optional(),
  skipCrds: z.boolean().optional(),
  skipTests: z.boolean().optional(),
  skipSchemaValidation: z.boolean().optional(),
  kubeVersion: z.string().optional(),
  apiVersions: z.array(z.string()).optional(),
});
export type HelmSource = z.infer<typeof HelmSource>;

/** argoproj.io/v1alpha1 ApplicationSourceKustomize (types.go), the fields that a render depends on. */
export const KustomizeSource = z.object({
  namePrefix: z.string().optional(),
  nameSuffix: z.string().optional(),
  images: z.array(z.string()).optional(),
  replicas: z.array(z.object({ name: z.string(), count: z.union([z.number(), z.string()]) })).optional(),
  patches: z.array(JsonObjectSchema).optional(),
  components: z.array(z.string()).optional(),
  commonLabels: z.record(z.string(), z.string()).optional(),
  commonAnnotations: z.record(z.string(), z.string()).optional(),
  forceCommonLabels: z.boolean().optional(),
  forceCommonAnnotations: z.boolean().optional(),
  commonAnnotationsEnvsubst: z.boolean().optional(),
  labelWithoutSelector: z.boolean().optional(),
  labelIncludeTemplates: z.boolean().optional(),
  ignoreMissingComponents: z.boolean().optional(),
  namespace: z.string().optional(),
  version: z.string().optional(),
  kubeVersion: z.string().optional(),
  apiVersions: z.array(z.string()).optional(),
});
export type KustomizeSource = z.infer<typeof KustomizeSource>;

/** argoproj.io/v1alpha1 ApplicationSource (Argo CD pkg/apis/application/v1alpha1/types.go). */
export const ApplicationSource = z.object({
  repoURL: z.string(),
  path: z.string().optional(),
  targetRevision: z.string().optional(),
  chart: z.string().optional(),
  ref: z.string().optional(),
  name: z.string().optional(),
  helm: HelmSource.optional(),
  kustomize: KustomizeSource.optional(),
  directory: z
    .object({
      recurse: z.boolean().optional(),
      include: z.string().optional(),
      exclude: z.string().optional(),
      jsonnet: JsonObjectSchema.optional(),
      disableExtensionFilter: z.boolean().optional(),
    })
    .optional(),
  plugin: JsonObjectSchema.optional(),
});
export type ApplicationSource = z.infer<typeof ApplicationSource>;

const SyncPolicy = z.object({
  automated: z
    .object({ prune: z.boolean().optional(), selfHeal: z.boolean().optional(), enabled: z.boolean().optional() })
    .nullish(),
  syncOptions: z.array(z.string()).nullish(),
});

/** argoproj.io/v1alpha1 ApplicationSpec: one `source`, or several `sources`, or a `sourceHydrator` in their place. */
export const ApplicationSpec = z.object({
  project: z.string().optional(),
  source: ApplicationSource.nullish(),
  sources: z.array(ApplicationSource).nullish(),
  sourceHydrator: z
    .object({
      drySource: ApplicationSource,
      syncSource: z.object({ targetBranch: z.string().optional(), path: z.string().optional() }),
      hydrateTo: z.object({ targetBranch: z.string() }).nullish(),
    })
    .nullish(),
  destination: z.object({
    server: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
  }),
  syncPolicy: SyncPolicy.nullish(),
  ignoreDifferences: z
    .array(
      z.object({
        group: z.string().optional(),
        kind: z.string(),
        name: z.string().optional(),
        namespace: z.string().optional(),
        jsonPointers: z.array(z.string()).nullish(),
        jqPathExpressions: z.array(z.string()).nullish(),
        managedFieldsManagers: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});
export type ApplicationSpec = z.infer<typeof ApplicationSpec>;

const Revisions = { revision: z.string().optional(), revisions: z.array(z.string()).nullish() };
const Health = z.object({
  status: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.string().optional(),
});

const ResourceStatus = z.object({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  status: z.string().optional(),
  health: Health.nullish(),
  hook: z.boolean().optional(),
});

/**
 * argoproj.io/v1alpha1 ApplicationStatus, the fields used. Times are RFC 3339; `revisions` stands in for `revision`
 * where there are several sources.
 */
export const ApplicationStatus = z.object({
  sync: z.object({ status: z.string().optional(), ...Revisions }).optional(),
  health: Health.optional(),
  reconciledAt: z.string().nullish(),
  sourceType: z.string().optional(),
  sourceTypes: z.array(z.string()).nullish(),
  resources: z.array(ResourceStatus).nullish(),
  conditions: z.array(Condition.extend({ status: z.string().optional() })).nullish(),
  operationState: z
    .object({
      phase: z.string().optional(),
      message: z.string().optional(),
      startedAt: z.string().optional(),
      finishedAt: z.string().nullish(),
      syncResult: z
        .object({
          ...Revisions,
          resources: z
            .array(
              z.object({
                group: z.string().optional(),
                kind: z.string(),
                namespace: z.string().optional(),
                name: z.string(),
                status: z.string().optional(),
                message: z.string().optional(),
              }),
            )
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
  history: z
    .array(
      z.object({
        ...Revisions,
        deployedAt: z.string().optional(),
        deployStartedAt: z.string().optional(),
        id: z.number().optional(),
      }),
    )
    .nullish(),
});
export type ApplicationStatus = z.infer<typeof ApplicationStatus>;

/** argoproj.io/v1alpha1 Application. */
export const Application = z.object({
  metadata: ObjectMeta,
  spec: ApplicationSpec,
  status: ApplicationStatus.optional(),
});
export type Application = z.infer<typeof Application>;

/** argoproj.io/v1alpha1 AppProject, the fields used: sync windows and where Applications may live. */
export const AppProject = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({ syncWindows: z.array(JsonObjectSchema).nullish(), sourceNamespaces: z.array(z.string()).nullish() })
    .optional(),
});
export type AppProject = z.infer<typeof AppProject>;
