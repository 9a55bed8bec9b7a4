import type { CheckName } from './proof.ts';

/** What Remendo may do, from `remendo.yaml`. Sizes in bytes, times in seconds. */
export interface Policy {
  readonly mode: 'observe' | 'propose';
  readonly detect: {
    /** A state that can pass by itself is a failure only after this long. */
    readonly minimumAgeSeconds: number;
    /** A container that restarts is a failure after this many restarts. */
    readonly minimumRestarts: number;
    /** Namespaces that are never looked at. */
    readonly ignoreNamespaces: readonly string[];
  };
  readonly memory: { readonly factor: number; readonly ceilingBytes: number };
  readonly guardrails: {
    /** Kinds whose manifests may be changed. */
    readonly kinds: readonly string[];
    /** Field patterns that may be changed, dotted, `*` for one segment and `**` for any number; list items as `[]`. */
    readonly fields: readonly string[];
    /** No resource value may grow by more than this factor in one pull request, except back to a value it had before. */
    readonly maxResourceFactor: number;
    /** Lines that one pull request may change. */
    readonly maxChangedLines: number;
    /** Whether a change may also move other Applications, where no place in Git makes it for one alone. */
    readonly allowShared: boolean;
  };
  readonly proof: { readonly tolerateUnknown: readonly CheckName[] };
  readonly limits: {
    /** Open pull requests per repository. */
    readonly openPullRequests: number;
    /** New pull requests per repository and hour. */
    readonly pullRequestsPerHour: number;
    /** Open pull requests per workload. */
    readonly perWorkload: number;
    /** A change that people made to the field is respected for this long. */
    readonly humanChangeSeconds: number;
  };
  readonly verify: {
    /** From merge to applied. */
    readonly propagationSeconds: number;
    /** The symptom must stay away for this long. */
    readonly soakSeconds: number;
    /** Passes with the symptom gone before an open pull request is closed as resolved. */
    readonly resolvedObservations: number;
  };
  readonly llm: {
    readonly callsPerIncident: number;
    readonly callsPerHour: number;
    /** US dollars a day. */
    readonly dollarsPerDay: number;
    /** US dollars per million tokens. */
    readonly promptPrice: number;
    readonly completionPrice: number;
    readonly maxOutputTokens: number;
  };
  readonly patterns: {
    /** Lower bound of the success rate from which a pattern is used. */
    readonly minimumTrust: number;
    readonly halfLifeDays: number;
  };
}

/** The policy where `remendo.yaml` says nothing: it looks, and writes nothing anywhere. */
export const DEFAULT_POLICY: Policy = {
  mode: 'observe',
  detect: {
    minimumAgeSeconds: 60,
    minimumRestarts: 2,
    ignoreNamespaces: ['kube-system', 'kube-public', 'kube-node-lease'],
  },
  memory: { factor: 2, ceilingBytes: 8 * 1024 ** 3 },
  guardrails: {
    kinds: [
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'CronJob',
      'Job',
      'Service',
      'PersistentVolumeClaim',
      'ConfigMap',
      'HorizontalPodAutoscaler',
      'Ingress',
    ],
    fields: [
      'spec.template.spec.**',
      'spec.jobTemplate.spec.template.spec.**',
      'spec.jobTemplate.spec.activeDeadlineSeconds',
      'spec.ports[].targetPort',
      'spec.selector.*',
      'spec.storageClassName',
      'spec.volumeClaimTemplates[].spec.storageClassName',
      'spec.replicas',
      'spec.scaleTargetRef.*',
      'spec.metrics[].containerResource.container',
      'spec.ingressClassName',
      'spec.defaultBackend.service.**',
      'spec.rules[].http.paths[].backend.service.**',
      'data.*',
    ],
    maxResourceFactor: 4,
    maxChangedLines: 20,
    allowShared: false,
  },
  proof: { tolerateUnknown: ['api-server', 'pod-admission', 'references', 'fits', 'history'] },
  limits: { openPullRequests: 5, pullRequestsPerHour: 2, perWorkload: 1, humanChangeSeconds: 24 * 3600 },
  verify: { propagationSeconds: 1800, soakSeconds: 600, resolvedObservations: 3 },
  llm: {
    callsPerIncident: 2,
    callsPerHour: 20,
    dollarsPerDay: 5,
    promptPrice: 2.5,
    completionPrice: 10,
    maxOutputTokens: 2000,
  },
  patterns: { minimumTrust: 0.15, halfLifeDays: 180 },
};
