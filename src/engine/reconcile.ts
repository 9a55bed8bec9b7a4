import type { Incident } from '../domain/incident.ts';
import type { Decision } from '../domain/outcome.ts';
import type { Fix } from '../domain/proposal.ts';
import { stateOf } from '../stages/deliver/body.ts';
import type { Delivery } from '../stages/deliver/body.ts';
import { deliver, heldBack } from '../stages/deliver/deliver.ts';
import { ofIncident } from '../stages/deliver/ledger.ts';
import type { OwnPullRequest } from '../stages/deliver/ledger.ts';
import type { ForgeMemory } from './forge-memory.ts';
import { noteOpened, refutedChanges } from './forge-memory.ts';
import type { Located } from './locate.ts';
import type { Mending } from './mend.ts';
import { editAndProve, mend } from './mend.ts';
import type { EnginePorts } from './ports.ts';
import type { IncidentReport } from './report.ts';
import type { ForgeKnowledge, Scene } from './scene.ts';

/** What a step adds to the report of an incident that was located. */
export type Step = Omit<IncidentReport, 'incident' | 'location' | 'declared' | 'siblings' | 'milliseconds'>;

/** Moves one located incident as far as it goes in one pass. Every exit is a named decision. */
export async function reconcile(ports: EnginePorts, incident: Incident, scene: Scene, located: Located): Promise<Step> {
  const memory = scene.memoryOf(located.location.repoURL);
  if (memory === 'none') {
    const mending = await mend(ports, incident, scene, located, { refuted: new Set(), openFiles: undefined });
    const open: Decision = { outcome: 'would-open', reason: 'no forge is configured for this repository' };
    return { ...shown(mending), decision: refusal(mending) ?? open };
  }
  if ('unreadable' in memory) {
    const reason = `the forge could not be read: ${memory.unreadable}`;
    return { answers: [], decision: { outcome: 'failed', reason } };
  }
  const knowledge = { refuted: refutedChanges(memory.ledger, incident.fingerprint), openFiles: memory.openFiles };
  const open = ofIncident(memory.ledger, incident.fingerprint).find(({ pull }) => pull.state === 'open');
  if (open) return keep(ports, incident, scene, located, memory, open, knowledge);
  const held = heldBack(memory.ledger, incident.fingerprint);
  if (held) return { answers: [], decision: plain(held), ...link(held.pull?.url) };
  const mending = await mend(ports, incident, scene, located, knowledge);
  const no = refusal(mending);
  if (no) return { ...shown(mending), decision: no };
  return { ...shown(mending), ...(await hand(ports, incident, scene, located, memory, mending)) };
}

/** Why a mending must not become a pull request; undefined where it may. */
function refusal({ chosen, why, changeSet, proof }: Mending): Decision | undefined {
  if (!chosen) return { outcome: 'no-fix', reason: why };
  if (!changeSet?.ok) return { outcome: 'not-editable', reason: changeSet?.error.message ?? 'nothing was edited' };
  if (proof?.verdict === 'proven') return undefined;
  const failed = proof?.checks.find(({ result }) => result === 'fail');
  if (failed) {
    const human = failed.name === 'history' && failed.detail.includes('human change in progress');
    const reason = `${failed.name}: ${failed.detail}`;
    return { outcome: human ? 'human-change-in-progress' : 'refused-by-proof', reason };
  }
  const open = proof?.checks.filter(({ result }) => result === 'unknown').map(({ name }) => name) ?? [];
  return { outcome: 'proof-incomplete', reason: `could not check: ${open.join(', ')}` };
}

/** Gives a proven fix to the forge. */
async function hand(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  { location }: Located,
  memory: ForgeMemory,
  { chosen, changeSet, proof }: Mending,
): Promise<Pick<IncidentReport, 'decision' | 'pullRequest'>> {
  if (!chosen || !changeSet?.ok || !proof) return { decision: { outcome: 'failed', reason: 'nothing to deliver' } };
  const { clock, policy } = ports;
  const { cluster } = scene.snapshot;
  const delivery: Delivery = { incident, location, fix: chosen, changeSet: changeSet.value, proof, cluster };
  const delivered = await deliver({ forge: memory.forge, clock, policy }, delivery, memory.ledger);
  const observing = policy.mode === 'observe' && ['opened', 'updated'].includes(delivered.outcome);
  if (observing) return { decision: { outcome: 'would-open', reason: 'mode is observe: nothing was written' } };
  if (delivered.outcome === 'opened' && delivered.pull) {
    noteOpened(memory, { pull: delivered.pull, fingerprint: incident.fingerprint, state: stateOf(delivery) });
  }
  return { decision: plain(delivered), ...link(delivered.pull?.url) };
}

/**
 * An open pull request keeps its fix: asking again could answer differently and would confuse reviewers. It is proven
 * afresh on the present head, and brought up to date when the base or the evidence changed.
 */
async function keep(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  located: Located,
  memory: ForgeMemory,
  { pull, state }: OwnPullRequest,
  knowledge: ForgeKnowledge,
): Promise<Step> {
  const number = `pull request #${pull.number}`;
  if (!state) {
    const reason = `${number} is open; its hidden block is gone, so it is left alone`;
    return { answers: [], decision: { outcome: 'human-edited', reason }, ...link(pull.url) };
  }
  const { origin, name, rationale, changes, evidence } = state;
  const chosen: Fix = { kind: 'fix', origin, name, rationale, changes, evidence };
  const worked = await editAndProve(ports, incident, scene, located.location, chosen, knowledge);
  const mending: Mending = { answers: [chosen], why: '', chosen, ...worked };
  const no = refusal(mending);
  if (no) {
    const reason = `${number} is open; on the present head: ${no.reason}`;
    return { ...shown(mending), decision: { outcome: 'already-open', reason }, ...link(pull.url) };
  }
  return { ...shown(mending), ...(await hand(ports, incident, scene, located, memory, mending)), ...link(pull.url) };
}

function shown(mending: Mending): Pick<Step, 'answers' | 'chosen' | 'changeSet' | 'proof'> {
  const { answers, chosen, changeSet, proof } = mending;
  return { answers, ...(chosen ? { chosen } : {}), ...(changeSet ? { changeSet } : {}), ...(proof ? { proof } : {}) };
}

function plain({ outcome, reason }: Decision): Decision {
  return { outcome, reason };
}

function link(url: string | undefined): { pullRequest?: string } {
  return url === undefined || url === '' ? {} : { pullRequest: url };
}
