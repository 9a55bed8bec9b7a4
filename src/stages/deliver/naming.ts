import type { Incident } from '../../domain/incident.ts';
import { formatFieldPath } from '../../domain/field-path.ts';
import type { Fix } from '../../domain/proposal.ts';

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
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${BRANCH_PREFIX}${slug}-${incident.fingerprint}`;
}

/** The fingerprint that a branch carries; undefined for branches of others. */
export function fingerprintOfBranch(branch: string): string | undefined {
  return branch.startsWith(BRANCH_PREFIX) ? /-([0-9a-f]{16})$/.exec(branch)?.[1] : undefined;
}

/** One line, at most 72 characters where names allow it: what is mended and how. */
export function pullRequestTitle(incident: Incident, fix: Fix): string {
  const { object, container } = incident;
  const [operation] = fix.changes.flatMap(({ operations }) => operations.filter(({ op }) => op !== 'test'));
  const what = operation ? lastNames(formatFieldPath(operation.path)) : 'manifest';
  const value =
    operation && operation.op !== 'remove' && typeof operation.value !== 'object' ? ` to ${String(operation.value)}` : '';
  const verb = operation?.op === 'remove' ? 'remove' : operation?.op === 'add' && value === '' ? 'add' : 'set';
  const where = container === undefined || container === object.name ? object.name : `${object.name}/${container}`;
  return clean(`${where}: ${verb} ${what}${value}`).slice(0, 120);
}

/** Control characters, mentions and references have no place in a title. */
function clean(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').replaceAll(/[@#<>`]/g, '').trim();
}

function lastNames(path: string): string {
  const short = path.split('.').slice(-2).join('.');
  return short.replace(/^(containers|initContainers)\[name=[^\]]+\]\.?/, '') || short;
}
