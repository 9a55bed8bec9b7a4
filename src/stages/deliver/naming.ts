import type { Incident } from '../../domain/incident.ts';
import { formatFieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Fix } from '../../domain/proposal.ts';
import { plainTitle } from './quote.ts';

/** All branches of Remendo start like this: how it finds its own pull requests again. */
export const BRANCH_PREFIX = 'remendo/';

/** `remendo/shop-web-1a2b3c4d5e6f7a8b`: the same for the same incident, whatever the fix. */
export function branchName(incident: Pick<Incident, 'object' | 'fingerprint'>): string {
  const { namespace, name } = incident.object;
  const slug = [namespace, name]
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return `${BRANCH_PREFIX}${slug}-${incident.fingerprint}`;
}

/** The fingerprint that a branch carries; undefined for branches of others. */
export function fingerprintOfBranch(branch: string): string | undefined {
  return branch.startsWith(BRANCH_PREFIX) ? /-([0-9a-f]{16})$/.exec(branch)?.[1] : undefined;
}

/** `remendo/shop-web-1a2b3c4d5e6f7a8b-revert-7`: what puts pull request 7 of this incident back. */
export function revertBranchName(incident: Pick<Incident, 'object' | 'fingerprint'>, of: number): string {
  return `${branchName(incident)}-revert-${of}`;
}

/** What a revert's branch names; undefined for other branches. */
export function revertOfBranch(branch: string): { readonly fingerprint: string; readonly of: number } | undefined {
  const [, fingerprint, of] = /-([0-9a-f]{16})-revert-([1-9]\d*)$/.exec(branch) ?? [];
  if (!branch.startsWith(BRANCH_PREFIX) || fingerprint === undefined) return undefined;
  return { fingerprint, of: Number(of) };
}

/** Longer values do not help in a title. */
const LONGEST_VALUE = 80;

/** One line, at most 120 characters: what is mended and how. `hide` replaces secrets; a value that holds one is left out. */
export async function pullRequestTitle(
  incident: Incident,
  fix: Fix,
  hide: (text: string) => Promise<string>,
): Promise<string> {
  const { object, container } = incident;
  const [operation] = fix.changes.flatMap(({ operations }) => operations.filter(({ op }) => op !== 'test'));
  const what = operation ? lastNames(formatFieldPath(operation.path)) : 'manifest';
  const value = operation && operation.op !== 'remove' ? await shownValue(what, operation.value, hide) : undefined;
  const verb = operation?.op === 'remove' ? 'remove' : operation?.op === 'add' && value === undefined ? 'add' : 'set';
  const where = container === undefined || container === object.name ? object.name : `${object.name}/${container}`;
  return plainTitle(await hide(`${where}: ${verb} ${what}${value === undefined ? '' : ` to ${value}`}`));
}

async function shownValue(
  field: string,
  value: JsonValue,
  hide: (text: string) => Promise<string>,
): Promise<string | undefined> {
  if (value === null || typeof value === 'object') return undefined;
  const text = String(value);
  // The field's name beside it is how a secret without a form of its own is known.
  const known = `${field}: ${text}`;
  return text.length <= LONGEST_VALUE && (await hide(known)) === known && (await hide(text)) === text
    ? text
    : undefined;
}

function lastNames(path: string): string {
  const short = path.split('.').slice(-2).join('.');
  return short.replace(/^(containers|initContainers)\[name=[^\]]+\]\.?/, '') || short;
}
