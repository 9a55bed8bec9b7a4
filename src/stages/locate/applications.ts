import type { Application } from '../../domain/kubernetes/application.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, refKey } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { ApplicationRef } from '../../domain/source.ts';
import { DEFAULT_INSTANCE_LABEL, INSTALLATION_ANNOTATION, TRACKING_ANNOTATION } from './tracking.ts';
import { formatApplication, parseInstanceName, parseTrackingId, refersTo } from './tracking.ts';
import type { Marks } from './unmanaged.ts';
import { whoManages } from './unmanaged.ts';

/** How this Argo CD marks what it deploys, from argocd-cm: its values are not in a snapshot, so they are configured. */
export interface TrackingSettings {
  /** `installationID`; where it is set, objects without it belong to another Argo CD. */
  readonly installationId?: string;
  /** `application.instanceLabelKey`. */
  readonly instanceLabelKey?: string;
}

/** The Applications of a snapshot, by name and by what their status says that they manage. */
export interface ApplicationIndex {
  readonly applications: readonly Application[];
  readonly settings: TrackingSettings;
  /** Why Applications could not be read; undefined where they were. */
  readonly blind?: string;
  /** Applications whose status.resources lists the object, by `refKey`. */
  readonly byResource: ReadonlyMap<string, readonly Application[]>;
}

/** An Application that manages an object. */
export interface FoundApplication {
  readonly application: Application;
  readonly by: 'tracking-annotation' | 'label' | 'status';
}

/** Reads the Applications of a snapshot once, for many questions. */
export function indexApplications(snapshot: Snapshot, settings: TrackingSettings = {}): ApplicationIndex {
  const byResource = new Map<string, Application[]>();
  for (const application of snapshot.objects.Application) {
    for (const { group, version, kind, namespace, name } of application.status?.resources ?? []) {
      const apiVersion = group ? `${group}/${version ?? 'v1'}` : (version ?? 'v1');
      const key = refKey(namespace ? { apiVersion, kind, namespace, name } : { apiVersion, kind, name });
      byResource.set(key, [...(byResource.get(key) ?? []), application]);
    }
  }
  const blind = snapshot.blind.find(({ kind }) => kind === 'Application');
  const index = { applications: snapshot.objects.Application, settings, byResource };
  return blind === undefined ? index : { ...index, blind: blind.reason };
}

/** The reference of an Application; `argocd` where its manifest names no namespace. */
export function applicationRef(application: Application): ApplicationRef {
  return { namespace: application.metadata.namespace ?? 'argocd', name: application.metadata.name };
}

/**
 * The Application that manages an object (the top owner): by tracking annotation, by label confirmed through
 * status.resources, by status.resources alone. Error codes: `not-managed`, `ambiguous-application`.
 */
export function findApplication(
  index: ApplicationIndex,
  object: ObjectRef,
  marks: Marks,
): Result<FoundApplication, Problem> {
  const annotations = marks.annotations ?? {};
  const { installationId } = index.settings;
  if (installationId !== undefined && annotations[TRACKING_ANNOTATION] !== undefined) {
    if (annotations[INSTALLATION_ANNOTATION] !== installationId) {
      return notManaged(object, 'its installation id belongs to another Argo CD');
    }
  }
  const listed = index.byResource.get(refKey(object)) ?? [];
  const id = parseTrackingId(annotations[TRACKING_ANNOTATION] ?? '');
  if (id && refersTo(id, object)) return byName(index, object, id.application, listed, 'tracking-annotation');

  const label = marks.labels?.[index.settings.instanceLabelKey ?? DEFAULT_INSTANCE_LABEL];
  if (label !== undefined) {
    // Charts set this label to their release name, so it counts only where an Application confirms it.
    const { namespace, name } = parseInstanceName(label);
    const confirmed = listed.filter(
      ({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
    );
    const [only, ...more] = confirmed;
    if (only && more.length === 0) return ok({ application: only, by: 'label' });
  }
  const [only, ...more] = listed;
  if (only && more.length === 0) return ok({ application: only, by: 'status' });
  if (only) return ambiguous(object, listed);
  if (index.blind !== undefined) return notManaged(object, `Applications could not be read: ${index.blind}`);
  const copied = id ? 'its tracking annotation names another object, so another tool copied it' : undefined;
  return notManaged(object, copied ?? whoManages(marks) ?? 'no Argo CD Application manages it');
}

function byName(
  index: ApplicationIndex,
  object: ObjectRef,
  wanted: { readonly namespace?: string; readonly name: string },
  listed: readonly Application[],
  by: FoundApplication['by'],
): Result<FoundApplication, Problem> {
  const named = index.applications.filter(
    ({ metadata }) =>
      metadata.name === wanted.name && (wanted.namespace === undefined || metadata.namespace === wanted.namespace),
  );
  const confirmed = named.filter((application) => listed.includes(application));
  const candidates = confirmed.length > 0 ? confirmed : named;
  const [only, ...more] = candidates;
  if (only && more.length === 0) return ok({ application: only, by });
  if (only) return ambiguous(object, candidates);
  const why = index.blind === undefined ? 'is not there' : `could not be read: ${index.blind}`;
  return notManaged(object, `its Application ${wanted.name} ${why}`);
}

function ambiguous(object: ObjectRef, applications: readonly Application[]): Result<never, Problem> {
  const names = applications.map((application) => formatApplication(applicationRef(application))).join(', ');
  return err(problem('ambiguous-application', `several Applications claim ${formatRef(object)}: ${names}`));
}

function notManaged(object: ObjectRef, why: string): Result<never, Problem> {
  return err(problem('not-managed', `${formatRef(object)} is not deployed from Git: ${why}`));
}
