import type { Service } from '../../domain/kubernetes/cluster-objects.ts';
import type { Ingress } from '../../domain/kubernetes/routing.ts';

/** A Service that an Ingress sends to. `field` is where, such as `spec.rules[0].http.paths[1].backend.service`. */
export interface BackendReference {
  readonly service: string;
  /** A number, or a name. */
  readonly port: string | number | undefined;
  readonly field: string;
}

/**
 * In place of a port: the controller of AWS load balancers then takes the Service's name for that of an annotation
 * (kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md, "actions").
 */
const NO_SERVICE = 'use-annotation';

/** Every backend of an Ingress that is a Service. */
export function backendsOf({ spec }: Ingress): BackendReference[] {
  const places = [
    { backend: spec?.defaultBackend, field: 'spec.defaultBackend' },
    ...(spec?.rules ?? []).flatMap(({ http }, rule) =>
      (http?.paths ?? []).map(({ backend }, path) => ({
        backend,
        field: `spec.rules[${rule}].http.paths[${path}].backend`,
      })),
    ),
  ];
  return places.flatMap(({ backend, field }) => {
    const { name, port } = backend?.service ?? {};
    if (name === undefined || port?.name === NO_SERVICE) return [];
    return [{ service: name, port: port?.number ?? port?.name, field: `${field}.service` }];
  });
}

/**
 * Annotations under which the backend is never asked (a redirect answers), or under which a tool makes and takes away
 * the Service while it rolls out.
 */
const UNCERTAIN = [
  'nginx.ingress.kubernetes.io/permanent-redirect',
  'nginx.ingress.kubernetes.io/temporal-redirect',
  'nginx.ingress.kubernetes.io/canary',
] as const;

/** Whether what an Ingress sends to has to be there. */
export function needsBackends({ metadata }: Ingress): boolean {
  return UNCERTAIN.every((name) => metadata.annotations?.[name] === undefined);
}

/**
 * Whether a Service takes what is sent to this port. Some controllers go by the target port as well, so that counts
 * (kubernetes/ingress-nginx internal/ingress/controller). A Service without ports of its own (headless, or of an external
 * name) tells nothing, so it counts too.
 */
export function hasPort({ spec }: Service, port: string | number): boolean {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'ExternalName' || ports.length === 0) return true;
  return ports.some(({ name, port: number, targetPort }) => [name, number, targetPort].includes(port));
}
