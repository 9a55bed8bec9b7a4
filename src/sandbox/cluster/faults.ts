/** What goes wrong on purpose; all of it can be changed while the world runs. */
export interface Faults {
  /** Kinds that the client may not read (403). */
  readonly forbidden?: readonly string[];
  /** Kinds that this cluster does not serve (404), as where a CRD is not installed. */
  readonly absent?: readonly string[];
  /** No token is good (401). */
  readonly unauthorized?: boolean;
  /** Milliseconds (of real time) before every answer. */
  readonly slow?: number;
  /** Open watches are cut, and new ones at once, as by a proxy that dies. */
  readonly dropWatches?: boolean;
  /** Every resume and every continue token is too old (410). */
  readonly gone?: boolean;
  /** The server closes every connection without an answer. */
  readonly unreachable?: boolean;
  /** Too many requests (429), with this Retry-After in seconds. */
  readonly tooMany?: number;
  /** Internal error (500) for every request. */
  readonly broken?: boolean;
  /** No policy stops writes: a real write by the client is carried out. */
  readonly policyMissing?: boolean;
  /** The client may read but not dry-run (403 by RBAC for every write verb). */
  readonly writesForbidden?: boolean;
  /** An admission webhook without dry-run support stands before these kinds. */
  readonly webhookWithoutDryRun?: readonly string[];
}

/** What is wrong with the cluster now, and who is told of changes. */
export interface FaultSwitch {
  readonly current: Faults;
  /** Adds to what is wrong already. */
  set(faults: Faults): void;
  clear(): void;
  onChange(listener: (faults: Faults) => void): void;
}

/** Begins with nothing wrong. */
export function createFaults(): FaultSwitch {
  let current: Faults = {};
  const listeners: ((faults: Faults) => void)[] = [];
  const change = (next: Faults): void => {
    current = next;
    for (const listener of listeners) listener(current);
  };
  return {
    get current() {
      return current;
    },
    set: (faults) => change({ ...current, ...faults }),
    clear: () => change({}),
    onChange: (listener) => void listeners.push(listener),
  };
}
