import type { JsonObject } from '../../domain/json.ts';
import { isObject, plainText } from '../../domain/json.ts';
import { groupOf } from '../../domain/object-ref.ts';

/**
 * Kinds without a namespace, as `group/Kind`: those that Kubernetes 1.36 serves (kubectl api-resources) and those of
 * widely used operators. A kind that is neither here nor in a CustomResourceDefinition beside it counts as namespaced.
 */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/ComponentStatus',
  '/Namespace',
  '/Node',
  '/PersistentVolume',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'certificates.k8s.io/ClusterTrustBundle',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/ServiceCIDR',
  'node.k8s.io/RuntimeClass',
  'policy/PodSecurityPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/DeviceTaintRule',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
  'storagemigration.k8s.io/StorageVersionMigration',
  'argoproj.io/ClusterAnalysisTemplate',
  'argoproj.io/ClusterWorkflowTemplate',
  'cert-manager.io/ClusterIssuer',
  'cilium.io/CiliumClusterwideNetworkPolicy',
  'crd.projectcalico.org/GlobalNetworkPolicy',
  'external-secrets.io/ClusterExternalSecret',
  'external-secrets.io/ClusterSecretStore',
  'gateway.networking.k8s.io/GatewayClass',
  'karpenter.k8s.aws/EC2NodeClass',
  'karpenter.sh/NodeClaim',
  'karpenter.sh/NodePool',
  'kyverno.io/ClusterPolicy',
  'policy.networking.k8s.io/AdminNetworkPolicy',
  'projectcalico.org/GlobalNetworkPolicy',
  'snapshot.storage.k8s.io/VolumeSnapshotClass',
  'snapshot.storage.k8s.io/VolumeSnapshotContent',
  'templates.gatekeeper.sh/ConstraintTemplate',
]);

/** Tells whether an object lives in a namespace; `false` for kinds that only a cluster can tell counts as namespaced. */
export type Scope = (object: JsonObject) => 'Namespaced' | 'Cluster';

/** The scope of kinds, as far as the table and the CustomResourceDefinitions among `objects` tell. */
export function scopeOf(objects: readonly JsonObject[]): Scope {
  const declared = new Map<string, 'Namespaced' | 'Cluster'>();
  for (const { kind, spec } of objects) {
    if (kind !== 'CustomResourceDefinition' || !isObject(spec) || !isObject(spec.names)) continue;
    const scope = spec.scope === 'Cluster' ? 'Cluster' : 'Namespaced';
    declared.set(`${plainText(spec.group)}/${plainText(spec.names.kind)}`, scope);
  }
  return ({ apiVersion, kind }) => {
    const group = groupOf(typeof apiVersion === 'string' ? apiVersion : '');
    const key = `${group}/${plainText(kind)}`;
    if (group.endsWith('constraints.gatekeeper.sh')) return 'Cluster';
    return declared.get(key) ?? (CLUSTER_SCOPED.has(key) ? 'Cluster' : 'Namespaced');
  };
}
