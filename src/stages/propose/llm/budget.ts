import { z } from 'zod';
import type { Policy } from '../../../domain/policy.ts';
import type { Result } from '../../../domain/result.ts';
import { err, ok } from '../../../domain/result.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Store } from '../../../ports/store.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** For how long the calls of one incident are counted. */
const INCIDENT_SECONDS = DAY;
/** For how long an answer stands as long as nothing changed that it was about. */
const ANSWER_SECONDS = 7 * DAY;

const Times = z.array(z.number());
const Count = z.number().nonnegative();

/** What a call was charged before it was made. */
export interface Reservation {
  readonly fingerprint: string;
  readonly dollars: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Limits on what the model may cost, and the answers that were paid for already. */
export interface LlmBudget {
  /** Which limit stands in the way of any call about this incident, in words; undefined where none does. */
  refusal(fingerprint: string): string | undefined;
  /** Charges a call at its highest price; the error says in words which limit is reached. */
  reserve(fingerprint: string, promptTokens: number): Result<Reservation, string>;
  /** Corrects the price to what was used. */
  settle(reservation: Reservation, used: { readonly promptTokens: number; readonly completionTokens: number }): void;
  /** Takes a call back that never reached the model. */
  release(reservation: Reservation): void;
  /** An earlier answer to the same question (JSON text): asking again would only cost again. */
  recall(question: string): string | undefined;
  remember(question: string, answer: string): void;
}

/** What may be spent, and where it is counted. */
export interface BudgetOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly policy: Policy['llm'];
}

const incidentKey = (fingerprint: string): string => `llm/incident/${fingerprint}`;
const dayKey = (at: number): string => `llm/dollars/${new Date(at).toISOString().slice(0, 10)}`;

/**
 * The budget, kept in the store so that it outlives a restart. A call is charged before it is made, so a killed process has
 * paid. What the store loses is still known to this process: the higher of the two counts.
 */
export function createBudget({ store, clock, policy }: BudgetOptions): LlmBudget {
  const memory = new Map<string, number>();
  let times: number[] = [];
  const priceOf = (prompt: number, completion: number): number =>
    (prompt * policy.promptPrice + completion * policy.completionPrice) / 1_000_000;

  const read = (key: string): number => Math.max(parse(Count, store.get(key)) ?? 0, memory.get(key) ?? 0);
  const write = (key: string, value: number, seconds: number): void => {
    memory.set(key, value);
    store.set(key, String(value), seconds);
  };
  /** Calls of the last hour. Times of a clock that was ahead count as well, but not for ever. */
  const recent = (now: number): number[] => {
    const all = [...new Set([...times, ...(parse(Times, store.get('llm/calls')) ?? [])])];
    return all.filter((at) => Math.abs(now - at) < HOUR * 1000).sort((a, b) => a - b);
  };
  const writeTimes = (next: number[]): void => {
    times = next;
    store.set('llm/calls', JSON.stringify(next), HOUR);
  };
  const charge = (at: number, dollars: number): void =>
    write(dayKey(at), Math.max(0, read(dayKey(at)) + dollars), 2 * DAY);

  const refusal = (fingerprint: string, dollars: number): string | undefined => {
    const now = clock.now().getTime();
    const calls = read(incidentKey(fingerprint));
    if (calls >= policy.callsPerIncident)
      return `the model was asked ${calls} times about this incident, which is the limit`;
    const lately = recent(now).length;
    if (lately >= policy.callsPerHour) return `the model was asked ${lately} times within an hour, which is the limit`;
    const spent = read(dayKey(now));
    if (spent + dollars <= policy.dollarsPerDay) return undefined;
    return `$${spent.toFixed(2)} of the day's $${policy.dollarsPerDay} are spent, and this call may cost $${dollars.toFixed(2)}`;
  };

  return {
    refusal: (fingerprint) => refusal(fingerprint, 0),
    reserve(fingerprint, promptTokens) {
      const dollars = priceOf(promptTokens, policy.maxOutputTokens);
      const refused = refusal(fingerprint, dollars);
      if (refused !== undefined) return err(refused);
      const now = clock.now().getTime();
      const past = recent(now);
      // Two calls within one millisecond are two calls.
      let at = now;
      while (past.includes(at)) at++;
      write(incidentKey(fingerprint), read(incidentKey(fingerprint)) + 1, INCIDENT_SECONDS);
      writeTimes([...past, at]);
      charge(at, dollars);
      prune(memory);
      return ok({ fingerprint, dollars, at });
    },
    settle({ at, dollars }, used) {
      charge(at, priceOf(used.promptTokens, used.completionTokens) - dollars);
    },
    release({ fingerprint, at, dollars }) {
      write(incidentKey(fingerprint), Math.max(0, read(incidentKey(fingerprint)) - 1), INCIDENT_SECONDS);
      const kept = recent(clock.now().getTime()).filter((time) => time !== at);
      writeTimes(kept);
      charge(at, -dollars);
    },
    recall: (question) => store.get(`llm/answer/${question}`),
    remember: (question, answer) => store.set(`llm/answer/${question}`, answer, ANSWER_SECONDS),
  };
}

const MOST_REMEMBERED = 5000;

/** Drops the oldest counts: the store has them too. */
function prune(memory: Map<string, number>): void {
  for (const key of memory.keys()) {
    if (memory.size <= MOST_REMEMBERED) return;
    memory.delete(key);
  }
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
