import type { Clock } from '../../ports/clock.ts';
import type { DryRun, DryRunAnswer } from '../../ports/cluster.ts';
import type { Log } from '../../ports/log.ts';
import { failureText } from './answer.ts';
import type { Connection } from './connect.ts';
import { NO_CHANGE } from './transport.ts';

/** Whether an identity is known to be held to dry-runs; `reason` is a sentence for people. */
export type ReadOnlyProof = { readonly proven: true } | { readonly proven: false; readonly reason: string };

/** Present in every namespace of every cluster (controller-manager's root-ca-cert-publisher). */
const PATH = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';
/** The policy of deploy/read-only, by the words that the API server puts before its message, and the end of the message. */
const DENIAL = /ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request: .*may only dry-run/;
/** A binding becomes active a second or two after it is stored, so one write that passes proves nothing yet. */
const ATTEMPTS = 4;
const PAUSE = 2000;
/** Milliseconds that an answer is good for: policies are taken away, and installed, while Remendo runs. */
const GOOD_FOR = 600_000;
const BAD_FOR = 60_000;

/**
 * Tries to write, for real, what changes nothing: the read-only policy must deny it in its own words, and must let the same
 * request pass as a dry-run. A denial by RBAC proves nothing about dry-runs, and one by another policy even less.
 */
export async function proveReadOnly(
  connection: Connection,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ReadOnlyProof> {
  let proof = await tryToWrite(connection, signal);
  for (let attempt = 1; proof.again && attempt < ATTEMPTS; attempt++) {
    await clock.sleep(PAUSE, signal);
    proof = await tryToWrite(connection, signal);
  }
  return proof.proven ? { proven: true } : { proven: false, reason: proof.reason };
}

type Attempt =
  | { readonly proven: true; readonly again: false }
  | { readonly proven: false; readonly reason: string; readonly again: boolean };
const no = (reason: string, again = false): Attempt => ({ proven: false, reason, again });

async function tryToWrite(connection: Connection, signal: AbortSignal | undefined): Promise<Attempt> {
  const real = await connection.request({ method: 'PATCH', path: PATH, ...NO_CHANGE, signal });
  if (!real.ok) return no(real.error.message, true);
  const { status, body } = real.value;
  const { message } = await failureText(body);
  if (status < 300)
    return no('a write was not denied: the read-only policy is not installed, or not for this identity', true);
  if (!DENIAL.test(message))
    return no(`the identity may not dry-run: ${message === '' ? `HTTP ${status}` : message}`, status >= 500);
  const dry = await connection.request({ method: 'PATCH', path: PATH, query: { dryRun: 'All' }, ...NO_CHANGE, signal });
  if (!dry.ok) return no(dry.error.message, true);
  if (dry.value.status < 300) {
    dry.value.body.destroy();
    return { proven: true, again: false };
  }
  return no(`the policy denies dry-runs too: ${(await failureText(dry.value.body)).message}`);
}

/** A dry-run that asks nothing until the identity is proven to be held to dry-runs: until then it is `unavailable`. */
export function onlyWhereProven(dryRun: DryRun, connection: Connection, clock: Clock, log: Log): DryRun {
  let known: { readonly proof: ReadOnlyProof; readonly until: number } | undefined;
  let running: Promise<ReadOnlyProof> | undefined;

  async function prove(): Promise<ReadOnlyProof> {
    const proof = await proveReadOnly(connection, clock);
    known = { proof, until: clock.now().getTime() + (proof.proven ? GOOD_FOR : BAD_FOR) };
    if (!proof.proven)
      log.warn({ reason: proof.reason }, 'dry-runs are off: the identity is not proven to be read-only');
    return proof;
  }
  /** Several proofs of one pass ask at the same time: one test answers all. */
  async function current(): Promise<ReadOnlyProof> {
    if (known !== undefined && known.until > clock.now().getTime()) return known.proof;
    running ??= prove().finally(() => (running = undefined));
    return running;
  }
  async function guarded(ask: () => Promise<DryRunAnswer>): Promise<DryRunAnswer> {
    const proof = await current();
    return proof.proven ? ask() : { kind: 'unavailable', reason: `dry-runs are off: ${proof.reason}` };
  }
  return {
    apply: (object, ref, asking) => guarded(() => dryRun.apply(object, ref, asking)),
    create: (object, ref, signal) => guarded(() => dryRun.create(object, ref, signal)),
  };
}
