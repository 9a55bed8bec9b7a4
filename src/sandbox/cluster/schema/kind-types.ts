/**
 * Field tables of the kinds and of what only they use, in the notation of `pod-types.ts`. Facts of the Kubernetes OpenAPI v3
 * document; the last lines are Argo CD's Application (pkg/apis/application/v1alpha1/types.go).
 */
export const KIND_TYPES = `
Pod apiVersion:s kind:s metadata:ObjectMeta spec:PodSpec status:PodStatus
ReplicaSet apiVersion:s kind:s metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus
Deployment apiVersion:s kind:s metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus
StatefulSet apiVersion:s kind:s metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
DaemonSet apiVersion:s kind:s metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus
ControllerRevision apiVersion:s kind:s data:x metadata:ObjectMeta revision!:i
Job apiVersion:s kind:s metadata:ObjectMeta spec:JobSpec status:JobStatus
CronJob apiVersion:s kind:s metadata:ObjectMeta spec!:CronJobSpec status:CronJobStatus
Service apiVersion:s kind:s metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus
EndpointSlice apiVersion:s kind:s addressType!:s endpoints:[Endpoint] metadata:ObjectMeta ports:[EndpointPort]
ConfigMap apiVersion:s kind:s binaryData:{s} data:{s} immutable:b metadata:ObjectMeta
Secret apiVersion:s kind:s data:{s} immutable:b metadata:ObjectMeta stringData:{s} type:s
PersistentVolumeClaim apiVersion:s kind:s metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus
PersistentVolume apiVersion:s kind:s metadata:ObjectMeta spec:PersistentVolumeSpec status:PersistentVolumeStatus
StorageClass apiVersion:s kind:s allowVolumeExpansion:b allowedTopologies:[TopologySelectorTerm] metadata:ObjectMeta mountOptions:[s] parameters:{s} provisioner!:s reclaimPolicy:s volumeBindingMode:s
ResourceQuota apiVersion:s kind:s metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus
LimitRange apiVersion:s kind:s metadata:ObjectMeta spec:LimitRangeSpec
HorizontalPodAutoscaler apiVersion:s kind:s metadata:ObjectMeta spec!:HorizontalPodAutoscalerSpec status:HorizontalPodAutoscalerStatus
PodDisruptionBudget apiVersion:s kind:s metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
ServiceAccount apiVersion:s kind:s automountServiceAccountToken:b imagePullSecrets:[LocalObjectReference] metadata:ObjectMeta secrets:[ObjectReference]@name
Node apiVersion:s kind:s metadata:ObjectMeta spec:NodeSpec status:NodeStatus
Namespace apiVersion:s kind:s metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus
Event apiVersion:s kind:s action:s count:i eventTime:t firstTimestamp:t involvedObject!:ObjectReference lastTimestamp:t message:s metadata:ObjectMeta reason:s related:ObjectReference reportingComponent:s reportingInstance:s series:EventSeries source:EventSource type:s
Ingress apiVersion:s kind:s metadata:ObjectMeta spec:IngressSpec status:IngressStatus
IngressClass apiVersion:s kind:s metadata:ObjectMeta spec:IngressClassSpec
NetworkPolicy apiVersion:s kind:s metadata:ObjectMeta spec:NetworkPolicySpec
Role apiVersion:s kind:s metadata:ObjectMeta rules:[PolicyRule]
RoleBinding apiVersion:s kind:s metadata:ObjectMeta roleRef!:RoleRef subjects:[Subject]
ClusterRole apiVersion:s kind:s aggregationRule:AggregationRule metadata:ObjectMeta rules:[PolicyRule]
ClusterRoleBinding apiVersion:s kind:s metadata:ObjectMeta roleRef!:RoleRef subjects:[Subject]
PriorityClass apiVersion:s kind:s description:s globalDefault:b metadata:ObjectMeta preemptionPolicy:s value:i
PodStatus allocatedResources:{q} conditions:[PodCondition]@type containerStatuses:[ContainerStatus] ephemeralContainerStatuses:[ContainerStatus] extendedResourceClaimStatus:PodExtendedResourceClaimStatus hostIP:s hostIPs:[HostIP]@ip initContainerStatuses:[ContainerStatus] message:s nodeAllocatableResourceClaimStatuses:[NodeAllocatableResourceClaimStatus] nominatedNodeName:s observedGeneration:i phase:s podIP:s podIPs:[PodIP]@ip qosClass:s reason:s resize:s resourceClaimStatuses:[PodResourceClaimStatus] resources:ResourceRequirements startTime:t
ReplicaSetSpec minReadySeconds:i replicas:i selector!:LabelSelector template:PodTemplateSpec
ReplicaSetStatus availableReplicas:i conditions:[ReplicaSetCondition]@type fullyLabeledReplicas:i observedGeneration:i readyReplicas:i replicas!:i terminatingReplicas:i
DeploymentSpec minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i revisionHistoryLimit:i selector!:LabelSelector strategy:DeploymentStrategy template!:PodTemplateSpec
DeploymentStatus availableReplicas:i collisionCount:i conditions:[DeploymentCondition]@type observedGeneration:i readyReplicas:i replicas:i terminatingReplicas:i unavailableReplicas:i updatedReplicas:i
StatefulSetSpec minReadySeconds:i ordinals:StatefulSetOrdinals persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy:s replicas:i revisionHistoryLimit:i selector!:LabelSelector serviceName:s template!:PodTemplateSpec updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:[PersistentVolumeClaim]
StatefulSetStatus availableReplicas:i collisionCount:i conditions:[StatefulSetCondition]@type currentReplicas:i currentRevision:s observedGeneration:i readyReplicas:i replicas!:i updateRevision:s updatedReplicas:i
DaemonSetSpec minReadySeconds:i revisionHistoryLimit:i selector!:LabelSelector template!:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy
DaemonSetStatus collisionCount:i conditions:[DaemonSetCondition]@type currentNumberScheduled!:i desiredNumberScheduled!:i numberAvailable:i numberMisscheduled!:i numberReady!:i numberUnavailable:i observedGeneration:i updatedNumberScheduled:i
JobSpec activeDeadlineSeconds:i backoffLimit:i backoffLimitPerIndex:i completionMode:s completions:i managedBy:s manualSelector:b maxFailedIndexes:i parallelism:i podFailurePolicy:PodFailurePolicy podReplacementPolicy:s selector:LabelSelector successPolicy:SuccessPolicy suspend:b template!:PodTemplateSpec ttlSecondsAfterFinished:i
JobStatus active:i completedIndexes:s completionTime:t conditions:[JobCondition]@type failed:i failedIndexes:s ready:i startTime:t succeeded:i terminating:i uncountedTerminatedPods:UncountedTerminatedPods
CronJobSpec concurrencyPolicy:s failedJobsHistoryLimit:i jobTemplate!:JobTemplateSpec schedule!:s startingDeadlineSeconds:i successfulJobsHistoryLimit:i suspend:b timeZone:s
CronJobStatus active:[ObjectReference] lastScheduleTime:t lastSuccessfulTime:t
ServiceSpec allocateLoadBalancerNodePorts:b clusterIP:s clusterIPs:[s] externalIPs:[s] externalName:s externalTrafficPolicy:s healthCheckNodePort:i internalTrafficPolicy:s ipFamilies:[s] ipFamilyPolicy:s loadBalancerClass:s loadBalancerIP:s loadBalancerSourceRanges:[s] ports:[ServicePort]@port,protocol publishNotReadyAddresses:b selector:{s} sessionAffinity:s sessionAffinityConfig:SessionAffinityConfig trafficDistribution:s type:s
ServiceStatus conditions:[Condition]@type loadBalancer:LoadBalancerStatus
Endpoint addresses!:[s] conditions:EndpointConditions deprecatedTopology:{s} hints:EndpointHints hostname:s nodeName:s targetRef:ObjectReference zone:s
EndpointPort appProtocol:s name:s port:i protocol:s
PersistentVolumeClaimStatus accessModes:[s] allocatedResourceStatuses:{s} allocatedResources:{q} capacity:{q} conditions:[PersistentVolumeClaimCondition]@type currentVolumeAttributesClassName:s modifyVolumeStatus:ModifyVolumeStatus phase:s
PersistentVolumeSpec accessModes:[s] awsElasticBlockStore:x azureDisk:x azureFile:x capacity:{q} cephfs:x cinder:x claimRef:ObjectReference csi:CSIPersistentVolumeSource fc:x flexVolume:x flocker:x gcePersistentDisk:x glusterfs:x hostPath:HostPathVolumeSource iscsi:x local:LocalVolumeSource mountOptions:[s] nfs:NFSVolumeSource nodeAffinity:VolumeNodeAffinity persistentVolumeReclaimPolicy:s photonPersistentDisk:x portworxVolume:x quobyte:x rbd:x scaleIO:x storageClassName:s storageos:x volumeAttributesClassName:s volumeMode:s vsphereVolume:x
PersistentVolumeStatus lastPhaseTransitionTime:t message:s phase:s reason:s
TopologySelectorTerm matchLabelExpressions:[TopologySelectorLabelRequirement]
ResourceQuotaSpec hard:{q} scopeSelector:ScopeSelector scopes:[s]
ResourceQuotaStatus hard:{q} used:{q}
LimitRangeSpec limits!:[LimitRangeItem]
HorizontalPodAutoscalerSpec behavior:HorizontalPodAutoscalerBehavior maxReplicas!:i metrics:[MetricSpec] minReplicas:i scaleTargetRef!:CrossVersionObjectReference
HorizontalPodAutoscalerStatus conditions:[HorizontalPodAutoscalerCondition]@type currentMetrics:[MetricStatus] currentReplicas:i desiredReplicas!:i lastScaleTime:t observedGeneration:i
PodDisruptionBudgetSpec maxUnavailable:p minAvailable:p selector:LabelSelector unhealthyPodEvictionPolicy:s
PodDisruptionBudgetStatus conditions:[Condition]@type currentHealthy:i desiredHealthy:i disruptedPods:{t} disruptionsAllowed:i expectedPods:i observedGeneration:i
ObjectReference apiVersion:s fieldPath:s kind:s name:s namespace:s resourceVersion:s uid:s
NodeSpec configSource:x externalID:s podCIDR:s podCIDRs:[s] providerID:s taints:[Taint] unschedulable:b
NodeStatus addresses:[NodeAddress]@type allocatable:{q} capacity:{q} conditions:[NodeCondition]@type config:x daemonEndpoints:NodeDaemonEndpoints declaredFeatures:[s] features:NodeFeatures images:[ContainerImage] nodeInfo:NodeSystemInfo phase:s runtimeHandlers:[x] volumesAttached:[x] volumesInUse:[s]
NamespaceSpec finalizers:[s]
NamespaceStatus conditions:[NamespaceCondition]@type phase:s
EventSeries count:i lastObservedTime:t
EventSource component:s host:s
IngressClassSpec controller:s parameters:x
IngressSpec defaultBackend:IngressBackend ingressClassName:s rules:[IngressRule] tls:[IngressTLS]
IngressStatus loadBalancer:IngressLoadBalancerStatus
NetworkPolicySpec egress:[NetworkPolicyEgressRule] ingress:[NetworkPolicyIngressRule] podSelector:LabelSelector policyTypes:[s]
PolicyRule apiGroups:[s] nonResourceURLs:[s] resourceNames:[s] resources:[s] verbs!:[s]
RoleRef apiGroup:s kind!:s name!:s
Subject apiGroup:s kind!:s name!:s namespace:s
AggregationRule clusterRoleSelectors:[LabelSelector]
PodCondition lastProbeTime:t lastTransitionTime:t message:s observedGeneration:i reason:s status!:s type!:s
ContainerStatus allocatedResources:{q} allocatedResourcesStatus:[ResourceStatus] containerID:s image!:s imageID!:s lastState:ContainerState name!:s ready!:b resources:ResourceRequirements restartCount!:i started:b state:ContainerState stopSignal:s user:ContainerUser volumeMounts:[VolumeMountStatus]@mountPath
PodExtendedResourceClaimStatus requestMappings!:[ContainerExtendedResourceRequest] resourceClaimName!:s
HostIP ip!:s
NodeAllocatableResourceClaimStatus containers:[s] resourceClaimName!:s resources!:{s}
PodIP ip!:s
PodResourceClaimStatus name!:s resourceClaimName:s
PodTemplateSpec metadata:ObjectMeta spec:PodSpec
ReplicaSetCondition lastTransitionTime:t message:s reason:s status!:s type!:s
DeploymentStrategy rollingUpdate:RollingUpdateDeployment type:s
DeploymentCondition lastTransitionTime:t lastUpdateTime:t message:s reason:s status!:s type!:s
StatefulSetOrdinals start:i
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s
StatefulSetUpdateStrategy rollingUpdate:RollingUpdateStatefulSetStrategy type:s
StatefulSetCondition lastTransitionTime:t message:s reason:s status!:s type!:s
DaemonSetUpdateStrategy rollingUpdate:RollingUpdateDaemonSet type:s
DaemonSetCondition lastTransitionTime:t message:s reason:s status!:s type!:s
PodFailurePolicy rules!:[PodFailurePolicyRule]
SuccessPolicy rules!:[SuccessPolicyRule]
JobCondition lastProbeTime:t lastTransitionTime:t message:s reason:s status!:s type!:s
UncountedTerminatedPods failed:[s] succeeded:[s]
JobTemplateSpec metadata:ObjectMeta spec:JobSpec
ServicePort appProtocol:s name:s nodePort:i port!:i protocol:s targetPort:p
SessionAffinityConfig clientIP:ClientIPConfig
Condition lastTransitionTime!:t message!:s observedGeneration:i reason!:s status!:s type!:s
LoadBalancerStatus ingress:[LoadBalancerIngress]
EndpointConditions ready:b serving:b terminating:b
EndpointHints forNodes:[ForNode] forZones:[ForZone]
PersistentVolumeClaimCondition lastProbeTime:t lastTransitionTime:t message:s reason:s status!:s type!:s
ModifyVolumeStatus status!:s targetVolumeAttributesClassName:s
CSIPersistentVolumeSource controllerExpandSecretRef:SecretReference controllerPublishSecretRef:SecretReference driver!:s fsType:s nodeExpandSecretRef:SecretReference nodePublishSecretRef:SecretReference nodeStageSecretRef:SecretReference readOnly:b volumeAttributes:{s} volumeHandle!:s
LocalVolumeSource fsType:s path!:s
VolumeNodeAffinity required:NodeSelector
TopologySelectorLabelRequirement key!:s values!:[s]
ScopeSelector matchExpressions:[ScopedResourceSelectorRequirement]
LimitRangeItem default:{q} defaultRequest:{q} max:{q} maxLimitRequestRatio:{q} min:{q} type!:s
HorizontalPodAutoscalerBehavior scaleDown:HPAScalingRules scaleUp:HPAScalingRules
MetricSpec containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource pods:PodsMetricSource resource:ResourceMetricSource type!:s
CrossVersionObjectReference apiVersion:s kind!:s name!:s
HorizontalPodAutoscalerCondition lastTransitionTime:t message:s reason:s status!:s type!:s
MetricStatus containerResource:ContainerResourceMetricStatus external:ExternalMetricStatus object:ObjectMetricStatus pods:PodsMetricStatus resource:ResourceMetricStatus type!:s
Taint effect!:s key!:s timeAdded:t value:s
NodeAddress address!:s type!:s
NodeCondition lastHeartbeatTime:t lastTransitionTime:t message:s reason:s status!:s type!:s
NodeDaemonEndpoints kubeletEndpoint:DaemonEndpoint
NodeFeatures supplementalGroupsPolicy:b
ContainerImage names:[s] sizeBytes:i
NodeSystemInfo architecture!:s bootID!:s containerRuntimeVersion!:s kernelVersion!:s kubeProxyVersion!:s kubeletVersion!:s machineID!:s operatingSystem!:s osImage!:s swap:x systemUUID!:s
NamespaceCondition lastTransitionTime:t message:s reason:s status!:s type!:s
IngressBackend resource:TypedLocalObjectReference service:IngressServiceBackend
IngressRule host:s http:HTTPIngressRuleValue
IngressTLS hosts:[s] secretName:s
IngressLoadBalancerStatus ingress:[IngressLoadBalancerIngress]
NetworkPolicyEgressRule ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]
NetworkPolicyIngressRule from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]
ResourceStatus name!:s resources:[ResourceHealth]
ContainerState running:ContainerStateRunning terminated:ContainerStateTerminated waiting:ContainerStateWaiting
ContainerUser linux:LinuxContainerUser
VolumeMountStatus mountPath!:s name!:s readOnly:b recursiveReadOnly:s volumeStatus:VolumeStatus
ContainerExtendedResourceRequest containerName!:s requestName!:s resourceName!:s
RollingUpdateDeployment maxSurge:p maxUnavailable:p
RollingUpdateStatefulSetStrategy maxUnavailable:p partition:i
RollingUpdateDaemonSet maxSurge:p maxUnavailable:p
PodFailurePolicyRule action!:s onExitCodes:PodFailurePolicyOnExitCodesRequirement onPodConditions:[PodFailurePolicyOnPodConditionsPattern]
SuccessPolicyRule succeededCount:i succeededIndexes:s
ClientIPConfig timeoutSeconds:i
LoadBalancerIngress hostname:s ip:s ipMode:s ports:[PortStatus]
ForNode name!:s
ForZone name!:s
SecretReference name:s namespace:s
ScopedResourceSelectorRequirement operator!:s scopeName!:s values:[s]
HPAScalingRules policies:[HPAScalingPolicy] selectPolicy:s stabilizationWindowSeconds:i tolerance:s
ContainerResourceMetricSource container!:s name!:s target!:MetricTarget
ExternalMetricSource metric!:MetricIdentifier target!:MetricTarget
ObjectMetricSource describedObject!:CrossVersionObjectReference metric!:MetricIdentifier target!:MetricTarget
PodsMetricSource metric!:MetricIdentifier target!:MetricTarget
ResourceMetricSource name!:s target!:MetricTarget
ContainerResourceMetricStatus container!:s current!:MetricValueStatus name!:s
ExternalMetricStatus current!:MetricValueStatus metric!:MetricIdentifier
ObjectMetricStatus current!:MetricValueStatus describedObject!:CrossVersionObjectReference metric!:MetricIdentifier
PodsMetricStatus current!:MetricValueStatus metric!:MetricIdentifier
ResourceMetricStatus current!:MetricValueStatus name!:s
DaemonEndpoint Port!:i
IngressServiceBackend name!:s port:ServiceBackendPort
HTTPIngressRuleValue paths!:[HTTPIngressPath]
IngressLoadBalancerIngress hostname:s ip:s ports:[IngressPortStatus]
NetworkPolicyPort endPort:i port:p protocol:s
NetworkPolicyPeer ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector
ResourceHealth health:s message:s resourceID!:s
ContainerStateRunning startedAt:t
ContainerStateTerminated containerID:s exitCode!:i finishedAt:t message:s reason:s signal:i startedAt:t
ContainerStateWaiting message:s reason:s
LinuxContainerUser gid!:i supplementalGroups:[i] uid!:i
VolumeStatus image:ImageVolumeStatus
PodFailurePolicyOnExitCodesRequirement containerName:s operator!:s values!:[i]
PodFailurePolicyOnPodConditionsPattern status:s type!:s
PortStatus error:s port!:i protocol!:s
HPAScalingPolicy periodSeconds!:i type!:s value!:i
MetricTarget averageUtilization:i averageValue:q type!:s value:q
MetricIdentifier name!:s selector:LabelSelector
MetricValueStatus averageUtilization:i averageValue:q value:q
ServiceBackendPort name:s number:i
HTTPIngressPath backend!:IngressBackend path:s pathType!:s
IngressPortStatus error:s port!:i protocol!:s
IPBlock cidr!:s except:[s]
ImageVolumeStatus imageRef!:s
Application apiVersion:s kind:s metadata:ObjectMeta operation:x spec!:ApplicationSpec status:x
AppProject apiVersion:s kind:s metadata:ObjectMeta spec!:x status:x
ApplicationSpec destination!:ApplicationDestination ignoreDifferences:[ApplicationIgnore] info:[ApplicationInfo] project!:s revisionHistoryLimit:i source:ApplicationSource sourceHydrator:x sources:[ApplicationSource] syncPolicy:ApplicationSyncPolicy
ApplicationDestination name:s namespace:s server:s
ApplicationIgnore group:s jqPathExpressions:[s] jsonPointers:[s] kind!:s managedFieldsManagers:[s] name:s namespace:s
ApplicationInfo name!:s value!:s
ApplicationSource chart:s directory:ApplicationDirectory helm:ApplicationHelm kustomize:x name:s path:s plugin:x ref:s repoURL!:s tagPrefix:s targetRevision:s
ApplicationDirectory exclude:s include:s jsonnet:x recurse:b
ApplicationHelm apiVersions:[s] fileParameters:[x] ignoreMissingValueFiles:b kubeVersion:s namespace:s parameters:[ApplicationHelmParameter] passCredentials:b releaseName:s skipCrds:b skipSchemaValidation:b skipTests:b valueFiles:[s] values:s valuesObject:x version:s
ApplicationHelmParameter forceString:b name:s value:s
ApplicationSyncPolicy automated:ApplicationAutomated managedNamespaceMetadata:x retry:x syncOptions:[s]
ApplicationAutomated allowEmpty:b enabled:b prune:b selfHeal:b
`;
