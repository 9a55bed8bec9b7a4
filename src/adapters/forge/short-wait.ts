/** Seconds; who has to wait longer is told when to come back instead. */
const LONGEST = 120;

/** Whether a limit is waited out before a request is sent once more: once, and not for long. `waited`: how often already. */
export function isShortWait(retryAfter: number, waited: number): boolean {
  return waited < 1 && retryAfter <= LONGEST;
}
