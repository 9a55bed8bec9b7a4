import type { Operation } from '../domain/change.ts';
import type { ChangeSet } from '../domain/change-set.ts';
import type { FieldPath } from '../domain/field-path.ts';
import { formatFieldPath, getField } from '../domain/field-path.ts';
import type { Application } from '../domain/kubernetes/application.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Policy } from '../domain/policy.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Proof } from '../domain/proof.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { DryRun } from '../ports/cluster.ts';
import type { Registry } from '../ports/registry.ts';
import type { FieldOrigin } from '../stages/locate/field-origin.ts';
import type { Located } from '../stages/locate/location.ts';
import { baseName } from '../stages/locate/generated-names.ts';
import type { Sources } from '../stages/locate/sources.ts';
import { prove } from '../stages/prove/prove.ts';
import { apiServer } from '../stages/prove/checks/api-server.ts';
import { exactRender } from '../stages/prove/checks/exact-render.ts';
import { minimal } from '../stages/prove/checks/minimal.ts';
import { podAdmission } from '../stages/prove/checks/pod-admission.ts';

/** The object as a person names it. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** What a trace looks at, and by which policy it proves. */
export interface TraceDependencies {
  readonly sources: Sources;
  readonly snapshot: Snapshot;
  readonly dryRun: DryRun;
  readonly registry: Registry;
  readonly policy: Policy;
}

/** A problem with what was tried, as planning reports it. */
export type TraceProblem = Problem & { readonly tried?: readonly { readonly place: string; readonly why: string }[] };

/** What a trace found: the place, and with operations the edit and its proof. */
export interface Traced {
  readonly object: ObjectRef;
  readonly origin?: FieldOrigin;
  readonly changeSet?: ChangeSet;
  readonly proof?: Proof;
}

/** Finds the one Application that declares the object. Error codes: `not-in-git`, `ambiguous-object`, those of rendering. */
export async function findObject(
  { kind, name, namespace }: ObjectName,
  applications: readonly Application[],
  sources: Sources,
): Promise<Result<Located, Problem>> {
  const hits: Located[] = [];
  let failure: Problem | undefined;
  for (const application of likely({ kind, name, namespace }, applications)) {
    const rendered = await sources.render(application);
    if (!rendered.ok) {
      failure = rendered.error;
      continue;
    }
    const wanted = namespace ?? application.spec.destination.namespace;
    const there = rendered.value.objects.filter(
      ({ ref }) => ref.kind === kind && (ref.namespace === undefined || ref.namespace === wanted),
    );
    // A generated ConfigMap or Secret may be named without the hash of its content.
    const exact = there.filter(({ ref }) => ref.name === name);
    const found = exact.length > 0 ? exact : there.filter(({ ref }) => baseName(ref) === name);
    for (const { ref } of found) {
      const located = await sources.locate(application, ref);
      if (located.ok) hits.push(located.value);
      else failure = located.error;
    }
  }
  const [only, ...more] = hits;
  if (only && more.length === 0) return ok(only);
  if (only) {
    const names = hits.map(({ location }) => location.application.name).join(', ');
    return err(
      problem('ambiguous-object', `${kind} ${name} is declared several times: ${names}`, {
        hint: 'name its namespace, or one Application with --app',
      }),
    );
  }
  if (failure) return err(failure);
  const hint = 'kinds and names are matched exactly; -n names the namespace';
  return err(problem('not-in-git', `no Application declares ${kind} ${name}`, { hint }));
}

/** The Applications whose status lists the object, where any does: only they are rendered then. */
function likely({ kind, name, namespace }: ObjectName, applications: readonly Application[]): readonly Application[] {
  const listing = applications.filter(({ spec, status }) =>
    (status?.resources ?? []).some((resource) => {
      const named = resource.name === name || baseName({ apiVersion: '', kind, name: resource.name }) === name;
      const wanted = namespace ?? spec.destination.namespace;
      return resource.kind === kind && named && (!resource.namespace || resource.namespace === wanted);
    }),
  );
  return listing.length > 0 ? listing : applications;
}

/** Where the field comes from, and, when operations are given, the edit that makes them, with its proof. */
export async function trace(
  { sources, snapshot, dryRun, registry, policy }: TraceDependencies,
  { location, declared }: Located,
  path: FieldPath,
  operations: readonly Operation[] | undefined,
): Promise<Result<Traced, TraceProblem>> {
  const origin = await sources.origin(location, declared.ref, path);
  const adds = operations !== undefined && getField(declared.object, path) === undefined;
  if (!origin.ok && !operations) return origin;
  const found = origin.ok && !adds ? { origin: origin.value } : {};
  if (!operations) return ok({ object: declared.ref, ...found });
  const changes = [{ object: declared.ref, operations }];
  const changeSet = await sources.plan(location, changes);
  if (!changeSet.ok) return changeSet;
  const { pairs, unrendered } = await sources.pairs(location, changeSet.value);
  const proof = await prove(
    {
      incident: incidentFor(declared.ref),
      fix: {
        kind: 'fix',
        origin: 'rule',
        name: 'trace',
        rationale: `set ${formatFieldPath(path)}`,
        changes,
        evidence: [],
      },
      location,
      changeSet: changeSet.value,
      policy,
      snapshot,
      pairs,
      unrendered,
      versions: () => sources.versions(location, 1),
      humanPullRequests: undefined,
      refuted: new Set(),
      dryRun,
      registry,
      now: new Date(snapshot.takenAt),
    },
    [minimal, exactRender, apiServer, podAdmission],
  );
  return ok({ object: declared.ref, ...found, changeSet: changeSet.value, proof });
}

/** The checks that trace runs do not look at an incident; a proof's context has one. */
function incidentFor(object: ObjectRef) {
  return {
    fingerprint: '',
    cause: 'trace',
    severity: 'info' as const,
    object,
    summary: '',
    evidence: [],
    facts: {},
    affected: [],
    explains: [],
    stillServing: true,
  };
}
