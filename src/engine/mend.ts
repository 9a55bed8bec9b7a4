import type { ChangeSet } from '../domain/change-set.ts';
import type { Incident } from '../domain/incident.ts';
import type { Problem } from '../domain/problem.ts';
import type { Proof } from '../domain/proof.ts';
import type { Answer, Fix } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import type { Location } from '../domain/source.ts';
import { propose } from '../stages/propose/propose.ts';
import type { ProposeContext } from '../stages/propose/proposer.ts';
import { prove } from '../stages/prove/prove.ts';
import type { Located } from './locate.ts';
import type { EnginePorts } from './ports.ts';
import type { ForgeKnowledge, Scene } from './scene.ts';

/** How far back the history of a source is read. */
const VERSIONS = 20;

/** A fix with the edit and the proof that belong to it, as far as they came. */
export interface Mending {
  readonly answers: readonly Answer[];
  readonly why: string;
  readonly chosen?: Fix;
  readonly changeSet?: Result<ChangeSet, Problem>;
  readonly proof?: Proof;
}

/** Asks the sources of fixes, edits what the chosen one says, and proves the edit. */
export async function mend(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  located: Located,
  forge: ForgeKnowledge,
): Promise<Mending> {
  const context = contextOf(ports, incident, scene, located);
  const { answers, chosen, why } = await propose(scene.proposers, context);
  if (!chosen) return { answers, why };
  const worked = await editAndProve(ports, incident, scene, located.location, chosen, forge);
  if (chosen.origin !== 'pattern' || worked.proof?.verdict === 'proven') return { answers, why, chosen, ...worked };
  // A learned pattern that does not fit here must not keep the other sources from answering.
  const others = scene.proposers.filter(({ origin }) => origin !== 'pattern');
  const again = await propose(others, context);
  const all = [...answers.filter(({ origin }) => origin === 'pattern'), ...again.answers];
  if (!again.chosen) return { answers: all, why, chosen, ...worked };
  const second = await editAndProve(ports, incident, scene, located.location, again.chosen, forge);
  return { answers: all, why: again.why, chosen: again.chosen, ...second };
}

function contextOf(
  ports: EnginePorts,
  incident: Incident,
  { snapshot, sources, signal }: Scene,
  { location, declared, siblings }: Located,
): ProposeContext {
  const { name, namespace } = location.application;
  const application = snapshot.objects.Application.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace,
  );
  return {
    incident,
    snapshot,
    policy: ports.policy,
    location,
    applicationStatus: application?.status ?? {},
    declared,
    siblings,
    versions: () => sources.versions(location, VERSIONS),
    registry: ports.registry,
    logs: (request, stop) => ports.cluster.logs(request, stop),
    clock: ports.clock,
    ...(signal ? { signal } : {}),
  };
}

/** Edits and proves one fix. */
export async function editAndProve(
  ports: EnginePorts,
  incident: Incident,
  { snapshot, sources, signal }: Scene,
  location: Location,
  fix: Fix,
  forge: ForgeKnowledge,
): Promise<Pick<Mending, 'changeSet' | 'proof'>> {
  const changeSet = await sources.plan(location, fix.changes);
  if (!changeSet.ok) return { changeSet };
  const touched = new Set(changeSet.value.files.map(({ path }) => path));
  const { pairs, unrendered } = await sources.pairs(location, changeSet.value);
  const proof = await prove({
    incident,
    fix,
    location,
    changeSet: changeSet.value,
    policy: ports.policy,
    snapshot,
    pairs,
    unrendered,
    versions: () => sources.versions(location, VERSIONS),
    humanPullRequests: forge.openFiles?.filter(({ files }) => files.some((file) => touched.has(file))),
    refuted: forge.refuted,
    dryRun: ports.dryRun,
    registry: ports.registry,
    now: new Date(snapshot.takenAt),
    ...(signal ? { signal } : {}),
  });
  return { changeSet, proof };
}
