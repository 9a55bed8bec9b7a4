import type { ChangeSet } from '../domain/change-set.ts';
import type { Incident } from '../domain/incident.ts';
import type { Problem } from '../domain/problem.ts';
import type { Proof } from '../domain/proof.ts';
import type { Answer, Fix } from '../domain/proposal.ts';
import type { Result } from '../domain/result.ts';
import type { Location } from '../domain/source.ts';
import { propose } from '../stages/propose/propose.ts';
import type { ProposeContext, Proposer } from '../stages/propose/proposer.ts';
import { changeKey } from '../stages/prove/checks/history.ts';
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
  /** True where a source had a fix that was tried or rejected for this incident before. */
  readonly refuted: boolean;
  readonly chosen?: Fix;
  readonly changeSet?: Result<ChangeSet, Problem>;
  readonly proof?: Proof;
}

/**
 * Asks the sources of fixes, edits what the chosen one says, and proves the edit. A fix that was refuted or rejected for
 * this incident counts as no answer, so that a different one gets its chance; so does a learned pattern that cannot be
 * proven here.
 */
export async function mend(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  located: Located,
  forge: ForgeKnowledge,
): Promise<Mending> {
  const context = contextOf(ports, incident, scene, located);
  let refuted = false;
  const sources = scene.proposers.map((proposer) =>
    without(proposer, forge.refuted, () => {
      refuted = true;
    }),
  );
  const { answers, chosen, why } = await propose(sources, context);
  if (!chosen) return { answers, why, refuted };
  const worked = await editAndProve(ports, incident, scene, located.location, chosen, forge);
  if (chosen.origin !== 'pattern' || worked.proof?.verdict === 'proven') {
    return { answers, why, refuted, chosen, ...worked };
  }
  const others = sources.filter(({ origin }) => origin !== 'pattern');
  const again = await propose(others, context);
  const all = [...answers.filter(({ origin }) => origin === 'pattern'), ...again.answers];
  if (!again.chosen) return { answers: all, why, refuted, chosen, ...worked };
  const second = await editAndProve(ports, incident, scene, located.location, again.chosen, forge);
  return { answers: all, why: again.why, refuted, chosen: again.chosen, ...second };
}

/** A source whose answer does not count where it was refuted before. */
function without(proposer: Proposer, refuted: ReadonlySet<string>, seen: () => void): Proposer {
  if (refuted.size === 0) return proposer;
  return {
    ...proposer,
    async propose(context) {
      const answer = await proposer.propose(context);
      if (answer?.kind !== 'fix' || !refuted.has(changeKey(answer))) return answer;
      seen();
      const { origin, name } = answer;
      const reason = 'its change was tried or rejected for this failure before';
      return { kind: 'declined', origin, name, reason };
    },
  };
}

function contextOf(
  ports: EnginePorts,
  incident: Incident,
  { snapshot, sources }: Scene,
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
  };
}

/**
 * Edits and proves one fix. It is never broken off: a check that was stopped would count as "could not check", and a
 * source that was stopped as one without an answer.
 */
export async function editAndProve(
  ports: EnginePorts,
  incident: Incident,
  { snapshot, sources }: Scene,
  location: Location,
  fix: Fix,
  forge: ForgeKnowledge,
): Promise<Pick<Mending, 'changeSet' | 'proof'>> {
  const changeSet = await sources.plan(location, fix.changes, incident.alike ?? []);
  if (!changeSet.ok) return { changeSet };
  const { repoURL, files } = changeSet.value;
  const touched = new Set(files.map(({ path }) => path));
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
    humanPullRequests: forge.openFilesOf(repoURL)?.filter((pull) => pull.files.some((file) => touched.has(file))),
    refuted: forge.refuted,
    dryRun: ports.dryRun,
    registry: ports.registry,
    now: new Date(snapshot.takenAt),
  });
  return { changeSet, proof };
}
