/** How the sandbox's API serves one kind. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
}

const TABLE = `
v1 Pod pods ns po
v1 Service services ns svc
v1 ConfigMap configmaps ns cm
v1 Secret secrets ns
v1 PersistentVolumeClaim persistentvolumeclaims ns pvc
v1 PersistentVolume persistentvolumes - pv
v1 ResourceQuota resourcequotas ns quota
v1 LimitRange limitranges ns limits
v1 ServiceAccount serviceaccounts ns sa
v1 Event events ns ev
v1 Node nodes - no
v1 Namespace namespaces - ns
apps/v1 Deployment deployments ns deploy
apps/v1 ReplicaSet replicasets ns rs
apps/v1 StatefulSet statefulsets ns sts
apps/v1 DaemonSet daemonsets ns ds
apps/v1 ControllerRevision controllerrevisions ns
batch/v1 Job jobs ns
batch/v1 CronJob cronjobs ns cj
discovery.k8s.io/v1 EndpointSlice endpointslices ns
storage.k8s.io/v1 StorageClass storageclasses - sc
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers ns hpa
policy/v1 PodDisruptionBudget poddisruptionbudgets ns pdb
networking.k8s.io/v1 Ingress ingresses ns ing
networking.k8s.io/v1 IngressClass ingressclasses -
networking.k8s.io/v1 NetworkPolicy networkpolicies ns netpol
rbac.authorization.k8s.io/v1 Role roles ns
rbac.authorization.k8s.io/v1 RoleBinding rolebindings ns
rbac.authorization.k8s.io/v1 ClusterRole clusterroles -
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings -
scheduling.k8s.io/v1 PriorityClass priorityclasses - pc
argoproj.io/v1alpha1 Application applications ns app
argoproj.io/v1alpha1 AppProject appprojects ns appproj
`;

/** Every kind that the sandbox serves. */
export const RESOURCES: readonly Resource[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [apiVersion = '', kind = '', plural = '', scope, ...shortNames] = line.split(' ');
    const slash = apiVersion.indexOf('/');
    return {
      group: slash < 0 ? '' : apiVersion.slice(0, slash),
      version: apiVersion.slice(slash + 1),
      kind,
      plural,
      namespaced: scope === 'ns',
      shortNames,
    };
  });

const BY_KIND = new Map(RESOURCES.map((resource) => [resource.kind, resource]));

/** `apps/v1`; `v1` for the core group. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `deployments.apps`; `pods` for the core group: how messages name a resource. */
export function qualified(name: string, resource: Pick<Resource, 'group'>): string {
  return resource.group === '' ? name : `${name}.${resource.group}`;
}

/** How a kind is served; undefined for kinds that the sandbox does not know. */
export function resourceOfKind(kind: string): Resource | undefined {
  return BY_KIND.get(kind);
}

/** The kind of a manifest, where its apiVersion is one that the sandbox serves. */
export function resourceOf(apiVersion: string, kind: string): Resource | undefined {
  const resource = BY_KIND.get(kind);
  return resource && apiVersionOf(resource) === apiVersion ? resource : undefined;
}

/** The resource that a path names by group, version and plural. */
export function resourceOfPath(group: string, version: string, plural: string): Resource | undefined {
  return RESOURCES.find((r) => r.group === group && r.version === version && r.plural === plural);
}
