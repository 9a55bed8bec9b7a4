import type { Incident } from '../domain/incident.ts';
import type { Decision } from '../domain/outcome.ts';
import type { Delivery } from '../stages/deliver/delivery.ts';
import { formatRef } from '../domain/object-ref.ts';
import { editKey } from '../stages/deliver/twin.ts';
import { deliver } from '../stages/deliver/deliver.ts';
import { heldBack } from '../stages/deliver/held-back.ts';
import { openOf } from '../stages/deliver/ledger.ts';
import type { ForgeMemory, Remembered } from './forge-memory.ts';
import { followedIn, noteOpened, refutedChanges, repositoriesFor, revertUnderWay } from './forge-memory.ts';
import { noteWait } from './forge-wait.ts';
import { keep } from './keep.ts';
import type { Located } from './locate.ts';
import type { Mending } from './mend.ts';
import { mend } from './mend.ts';
import type { EnginePorts } from './ports.ts';
import { refusal } from './refusal.ts';
import type { ForgeKnowledge, Scene } from './scene.ts';
import type { Step } from './step.ts';
import { observed, shown } from './step.ts';

/** Moves one located incident as far as it goes in one pass. Every exit is a named decision. */
export async function reconcile(ports: EnginePorts, incident: Incident, scene: Scene, located: Located): Promise<Step> {
  const all = repositoriesFor(located.location).map((repoURL) => scene.memoryOf(repoURL));
  const unreadable = all.map(reasonOf).find((reason) => reason !== undefined);
  if (unreadable !== undefined) {
    const reason = `the forge could not be read: ${unreadable}`;
    return { answers: [], decision: { outcome: 'failed', reason } };
  }
  const memories = all.filter(isMemory);
  const ledgers = memories.map(({ ledger }) => ledger);
  const knowledge: ForgeKnowledge = {
    refuted: refutedChanges(ledgers, incident.fingerprint),
    openFilesOf: (repoURL) => {
      const memory = scene.memoryOf(repoURL);
      return isMemory(memory) ? memory.openFiles : undefined;
    },
  };
  for (const memory of memories) {
    const open = openOf(memory.ledger, incident.fingerprint);
    if (open) return keep(ports, incident, scene, located, memory, open, knowledge);
  }
  const held = ledgers.map((ledger) => heldBack(ledger, incident.fingerprint)).find((one) => one !== undefined);
  if (held) {
    const { outcome, reason, pull } = held;
    return { answers: [], decision: { outcome, reason }, ...link(pull?.url) };
  }
  const revert = memories
    .map((memory) => revertUnderWay(memory, incident.fingerprint))
    .find((one) => one !== undefined);
  if (revert) {
    const reason = `pull request #${revert.pull.number} puts #${revert.of} back: first that, then another fix`;
    return { answers: [], decision: { outcome: 'reverting', reason }, ...link(revert.pull.url) };
  }
  const mending = await mend(ports, incident, scene, located, knowledge);
  const no = refusal(mending);
  if (no) return { ...shown(mending), decision: no };
  return { ...shown(mending), ...(await hand(ports, incident, scene, located, mending)) };
}

/** Gives a proven fix to the forge of the repository that it edits. */
async function hand(
  ports: EnginePorts,
  incident: Incident,
  scene: Scene,
  { location }: Located,
  { chosen, changeSet: edited, proof }: Mending,
): Promise<Pick<Step, 'decision' | 'pullRequest'>> {
  if (!chosen || !edited?.ok || !proof) return { decision: { outcome: 'failed', reason: 'nothing to deliver' } };
  const changeSet = edited.value;
  const key = editKey(changeSet);
  const other = scene.edits.get(key);
  if (other && ports.policy.mode === 'observe') {
    const reason = `the fix of ${formatRef(other)} is this very edit: one pull request does for both`;
    return { decision: { outcome: 'would-open', reason } };
  }
  scene.edits.set(key, incident.object);
  const memory = scene.memoryOf(changeSet.repoURL);
  if (!isMemory(memory)) return { decision: withoutForge(memory) };
  const { cluster } = scene.snapshot;
  const targetRevision = changeSet.targetRevision ?? followedIn(location, changeSet.repoURL);
  const delivery: Delivery = { incident, location, fix: chosen, changeSet, proof, cluster, targetRevision };
  const delivered = await deliver({ ...ports, ...memory }, delivery, memory.ledger);
  noteWait(ports, memory.repoURL, delivered.retryAfter);
  const { pull, state } = delivered;
  if (pull && state && ports.policy.mode === 'propose') {
    noteOpened(memory, { pull, fingerprint: incident.fingerprint, state });
  }
  return { decision: observed(ports, delivered), ...link(pull?.url) };
}

function withoutForge(memory: Exclude<Remembered, ForgeMemory>): Decision {
  return memory === 'none'
    ? { outcome: 'would-open', reason: 'no forge is configured for this repository' }
    : { outcome: 'failed', reason: `the forge could not be read: ${memory.unreadable}` };
}

function isMemory(memory: Remembered): memory is ForgeMemory {
  return memory !== 'none' && !('unreadable' in memory);
}

function reasonOf(memory: Remembered): string | undefined {
  return memory !== 'none' && 'unreadable' in memory ? memory.unreadable : undefined;
}

function link(url: string | undefined): { pullRequest?: string } {
  return url === undefined || url === '' ? {} : { pullRequest: url };
}
