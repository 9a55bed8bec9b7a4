import { z } from 'zod';

/** Annotations that Remendo reads; all others are dropped on arrival (they can be large, and hold anything). */
const Annotations = z.object({
  'argocd.argoproj.io/tracking-id': z.string().optional(),
  'argocd.argoproj.io/installation-id': z.string().optional(),
  'argocd.argoproj.io/skip-reconcile': z.string().optional(),
  'argocd.argoproj.io/ignore-healthcheck': z.string().optional(),
  'deployment.kubernetes.io/revision': z.string().optional(),
  'storageclass.kubernetes.io/is-default-class': z.string().optional(),
  'nginx.ingress.kubernetes.io/canary': z.string().optional(),
  'nginx.ingress.kubernetes.io/permanent-redirect': z.string().optional(),
  'nginx.ingress.kubernetes.io/temporal-redirect': z.string().optional(),
  'remendo.dev/ignore': z.string().optional(),
});

/** meta/v1 OwnerReference, the fields used. An owner is in the same namespace, or cluster-scoped. */
export const OwnerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string().optional(),
  controller: z.boolean().optional(),
});
export type OwnerReference = z.infer<typeof OwnerReference>;

/** k8s.io/apimachinery/pkg/apis/meta/v1 ObjectMeta, the fields used. Times are RFC 3339. */
export const ObjectMeta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: Annotations.optional(),
  ownerReferences: z.array(OwnerReference).optional(),
});
export type ObjectMeta = z.infer<typeof ObjectMeta>;

/** A condition as all kinds write it. */
export const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.string().optional(),
});
export type Condition = z.infer<typeof Condition>;

/** meta/v1 LabelSelector: all of its demands must hold. */
export const LabelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});
export type LabelSelector = z.infer<typeof LabelSelector>;

/** True where a label selector selects a set of labels; an empty selector selects everything (meta/v1 LabelSelector). */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    equal &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && values.includes(value);
      return operator === 'NotIn' && (value === undefined || !values.includes(value));
    })
  );
}

/** A JSON or YAML quantity: `512Mi`, `1`, 0.5. */
export const QuantityValue = z.union([z.string(), z.number()]);

/** core/v1 ResourceList: quantity by resource, such as `cpu` or `memory`. */
export const ResourceList = z.record(z.string(), QuantityValue);
