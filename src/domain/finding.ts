import type { NewEvidence } from './evidence.ts';
import type { ObjectRef } from './object-ref.ts';

/** How much a failure matters; docs/causes.md has it for each cause. */
export type Severity = 'critical' | 'warning' | 'info';

/** A reference from a pod to another object that Kubernetes could not resolve. */
export interface MissingReference {
  readonly kind: string;
  /** Empty for cluster-scoped kinds, such as a StorageClass. */
  readonly namespace: string;
  readonly name: string;
  /** Key inside a ConfigMap or Secret; absent when the object itself is missing. */
  readonly key?: string;
  /**
   * Where it is named: below the container for `env` and `envFrom` (`env[name=PASSWORD].valueFrom.secretKeyRef`), below
   * the pod spec for the rest (`volumes[name=config].configMap`, `serviceAccountName`).
   */
  readonly field?: string;
}

/** A probe that fails, and how. */
export interface ProbeFacts {
  readonly type: 'liveness' | 'readiness' | 'startup';
  readonly handler: 'httpGet' | 'tcpSocket' | 'grpc' | 'exec';
  /** Port number or name as the probe declares it. */
  readonly port?: string | number;
  readonly path?: string;
  readonly failure: 'http-status' | 'refused' | 'timeout' | 'unknown-port-name' | 'exec' | 'other';
  readonly statusCode?: number;
}

/**
 * What a detector measured, for rules to build on. All fields are optional: each cause fills those that it knows
 * (its detector's doc comment says which), and a new detector uses the same words.
 */
export interface Facts {
  readonly image?: string;
  /** Why a pull failed. Only `not-found` may be a typo; the others are never fixed by another tag. */
  readonly pullFailure?: 'not-found' | 'unauthorized' | 'rate-limited' | 'network' | 'platform' | 'tls' | 'other';
  readonly exitCode?: number;
  readonly signal?: number;
  readonly restarts?: number;
  /** Bytes. */
  readonly memoryLimit?: number;
  readonly missing?: MissingReference;
  readonly probe?: ProbeFacts;
  /** Unschedulable: reasons by node count, verbatim reasons of the scheduler. */
  readonly unschedulable?: readonly { readonly nodes: number; readonly reason: string }[];
  /** Refused by admission: what refused, and its parsed demand. */
  readonly refusal?: RefusalFacts;
  /** Label pairs that nothing carries: of a node selector, or of a Service's selector. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Kubernetes' own word for what happened: `BackoffLimitExceeded`, `OutOfmemory`, `ProgressDeadlineExceeded`. */
  readonly reason?: string;
  /** Every container of the pod template that fails for this one root, where that is more than one. */
  readonly containers?: readonly string[];
  readonly servicePort?: { readonly port: number; readonly targetPort: string | number };
  /** What an Ingress sends to: a port, by number or name, that the Service does not have. */
  readonly backend?: { readonly service: string; readonly port: string | number };
  /** What an autoscaler goes by: the usage of a resource in a container. */
  readonly autoscaling?: { readonly resource: string; readonly container: string };
}

/** Who refused pods, and why. */
export interface RefusalFacts {
  readonly by: 'quota' | 'limit-range' | 'pod-security' | 'service-account' | 'webhook' | 'policy' | 'other';
  /** Name of the quota, policy or webhook, where the message says it. */
  readonly name?: string;
  /** Resources concerned, such as `limits.memory`; amounts verbatim as Kubernetes printed them. */
  readonly resources?: readonly {
    readonly resource: string;
    readonly requested?: string;
    readonly used?: string;
    readonly limited?: string;
    readonly bound?: 'min' | 'max';
    readonly container?: string;
  }[];
  /** True where a webhook could not be asked: nothing of the pods is refused then. */
  readonly unasked?: boolean;
  /** PodSecurity: the demands, such as `allowPrivilegeEscalation != false`, with the container where one is named. */
  readonly violations?: readonly { readonly demand: string; readonly detail: string }[];
}

/** One failure seen on one object; several of them with the same root become one Incident. */
export interface Finding {
  /** `family/specific`, a key of the detector's catalogue: `image/not-found`, `memory/oom-killed`. */
  readonly cause: string;
  readonly severity: Severity;
  /** The object that shows the failure (often a Pod, a ReplicaSet, a PVC or a Service). */
  readonly object: ObjectRef;
  readonly container?: string;
  readonly containerType?: 'container' | 'init' | 'sidecar';
  /**
   * Tells two failures of the same cause on the same container apart (an image, a missing key). Taken from specs and
   * parsed references only, never from times, pod names or other free text: it is part of the fingerprint.
   */
  readonly subject?: string;
  readonly summary: string;
  /** RFC 3339; when it began, as far as the objects tell. */
  readonly since?: string;
  readonly evidence: readonly NewEvidence[];
  readonly facts: Facts;
}
