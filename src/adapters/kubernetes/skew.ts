/** How far a server's clock is from the one here. */
export interface Skew {
  /** Takes the `Date` header of an answer; `asked` and `answered` are the times here around it, in milliseconds. */
  answered(date: string | undefined, asked: number, answered: number): void;
  /** Milliseconds that the server is ahead; 0 while it is not known, or no more than what passes for in step. */
  skew(): number;
}

/** Milliseconds; less is delay on the way, and the whole seconds of the header. */
const IN_STEP = 30_000;
/** An answer that took longer says too little about when it was written. */
const LONGEST = 10_000;

/** Begins in step, until an answer shows otherwise. */
export function createSkew(): Skew {
  let known = 0;
  return {
    answered(date, asked, answered) {
      const theirs = Date.parse(date ?? '');
      if (Number.isNaN(theirs) || answered - asked > LONGEST || answered < asked) return;
      // The header is cut to whole seconds: half a second is the best guess of what was lost.
      const ahead = theirs + 500 - (asked + answered) / 2;
      known = Math.abs(ahead) > IN_STEP ? Math.round(ahead) : 0;
    },
    skew: () => known,
  };
}
