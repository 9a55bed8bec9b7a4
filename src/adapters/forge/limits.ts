/** Pull requests in an answer, as the port says. */
export const RESULTS = 300;
/** Pull requests that are looked through for them. */
export const SCANNED = 1000;
/** Files of a pull request: GitHub lists no more. */
export const FILES = 3000;

/** Commits of a pull request: GitHub lists no more. */
export const COMMITS = 250;
