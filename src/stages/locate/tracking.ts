import type { ApplicationRef } from '../../domain/source.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { groupOf } from '../../domain/object-ref.ts';

/** Annotations and label that Argo CD marks objects with (argo-cd common/common.go). */
export const TRACKING_ANNOTATION = 'argocd.argoproj.io/tracking-id';

/** Annotation with the installation of Argo CD that tracks an object (`installationID` of argocd-cm). */
export const INSTALLATION_ANNOTATION = 'argocd.argoproj.io/installation-id';

/** Label by which an Argo CD tracks objects where argocd-cm names no other (`application.instanceLabelKey`). */
export const DEFAULT_INSTANCE_LABEL = 'app.kubernetes.io/instance';

/** What a tracking annotation says: `<application>:<group>/<kind>:<namespace>/<name>`. */
export interface TrackingId {
  /** `<namespace>_<name>` names an Application outside the control plane's namespace; `namespace` is absent otherwise. */
  readonly application: { readonly namespace?: string; readonly name: string };
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Reads a tracking id as util/argo/resource_tracking.go does; undefined where it is none. */
export function parseTrackingId(text: string): TrackingId | undefined {
  const [instance, resource, object] = splitIn3(text);
  if (!instance || resource === undefined || object === undefined) return undefined;
  const [group, kind, ...moreKind] = resource.split('/');
  const [namespace, name, ...moreName] = object.split('/');
  if (group === undefined || !kind || namespace === undefined || !name) return undefined;
  if (moreKind.length > 0 || moreName.length > 0) return undefined;
  return { application: parseInstanceName(instance), group, kind, namespace, name };
}

function splitIn3(text: string): string[] {
  const [first = '', second, ...rest] = text.split(':');
  return second === undefined || rest.length === 0 ? [first] : [first, second, rest.join(':')];
}

/** Kubernetes names hold no `_`, so the first one ends the namespace. */
export function parseInstanceName(instance: string): { readonly namespace?: string; readonly name: string } {
  const at = instance.indexOf('_');
  return at < 0 ? { name: instance } : { namespace: instance.slice(0, at), name: instance.slice(at + 1) };
}

/**
 * Whether a tracking id names the object that carries it. Where it does not, another tool copied the annotation.
 * Cluster-scoped objects carry the Application's destination namespace, so theirs is not compared.
 */
export function refersTo(id: TrackingId, object: ObjectRef): boolean {
  return (
    id.group === groupOf(object.apiVersion) &&
    id.kind === object.kind &&
    id.name === object.name &&
    (object.namespace === undefined || id.namespace === object.namespace)
  );
}

/** `argocd/web`, for people. */
export function formatApplication(application: ApplicationRef): string {
  return `${application.namespace}/${application.name}`;
}
