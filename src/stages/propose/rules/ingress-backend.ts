import type { DeclaredBackend } from '../../../domain/declared-backends.ts';
import { declaredBackends } from '../../../domain/declared-backends.ts';
import type { MissingReference } from '../../../domain/finding.ts';
import type { Answer } from '../../../domain/proposal.ts';
import { findObject } from '../../../domain/snapshot.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import type { KnownObject } from '../known-objects.ts';
import { knownObjects } from '../known-objects.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { formerName } from './formerly.ts';
import { meantSo } from '../missing-names.ts';
import { isNear } from '../similar.ts';
import { writtenNames } from './written-names.ts';

const answers = answersOf('rule', 'ingress-backend');

/**
 * An Ingress sends to a Service that does not exist: the one Service of the namespace that is near in name, and has the
 * ports that are asked for, is written in every backend that names the missing one; before that, the one that the backends
 * named until a commit of the last days.
 */
export const ingressBackend: Proposer = {
  origin: 'rule',
  name: 'ingress-backend',
  causes: ['ingress/service-missing'],
  async propose(context) {
    const { declared, incident } = context;
    const { missing } = incident.facts;
    if (declared.ref.kind !== 'Ingress' || !missing) return answers.decline('which Service is missing is not known');
    const places = declaredBackends(declared.object).filter(({ name }) => name === missing.name);
    if (places.length === 0) return answers.decline(`the manifest does not name Service ${missing.name}`);
    const known = knownObjects(context, 'Service', missing.namespace);
    if (!known) return answers.decline('Services cannot be read, so near names are not known');
    const same = known.find(({ name }) => name === missing.name);
    if (same?.inCluster) return answers.decline(`Service ${missing.name} exists now`);
    if (same) return answers.decline(`Service ${missing.name} is declared in Git and not yet applied`);
    const meant = await meantSo(context, missing);
    if (meant !== undefined)
      return answers.decline(`Service ${missing.name} does not exist, but the name is meant: ${meant}`);
    return choose(context, missing, places, known);
  },
};

async function choose(
  context: ProposeContext,
  missing: MissingReference,
  places: readonly DeclaredBackend[],
  known: readonly KnownObject[],
): Promise<Answer> {
  const names = places.map(({ path }) => [...path, 'name']);
  const former = await formerName(context, names);
  const before = former && known.find(({ name }) => name === former.name);
  if (former && before?.inCluster && before.declared) {
    const why = `Service \`${missing.name}\` does not exist and Git never had one; the backend was \`${former.name}\`, which is there, until ${former.by}.`;
    return write(context, missing, places, before, why);
  }
  const near = known.filter((one) => writtenNames(context, one).some((written) => isNear(missing.name, written)));
  const [only] = near;
  if (only === undefined || near.length > 1) {
    return answers.decline(
      only === undefined
        ? `Service ${missing.name} does not exist, and no Service of the namespace has a near name`
        : `Service ${missing.name} does not exist, and several near ones do: ${listOf(near.map(({ name }) => name))}`,
    );
  }
  if (!only.inCluster) return answers.decline(`Service ${only.name} is near, and not yet applied`);
  const why = `Service \`${missing.name}\` does not exist; the only near one in namespace ${missing.namespace} is \`${only.name}\`, and it has the port that is asked for.`;
  return write(context, missing, places, only, why);
}

/** Sends every backend to another Service, where that has the ports. */
function write(
  context: ProposeContext,
  missing: MissingReference,
  places: readonly DeclaredBackend[],
  only: KnownObject,
  why: string,
): Answer {
  const ports = findObject(context.snapshot, 'Service', only.name, missing.namespace)?.spec?.ports ?? [];
  const lacking = places.find(({ port }) => !ports.some((has) => has.port === port || has.name === port));
  if (lacking) return answers.decline(`Service ${only.name} is meant, but has no port ${lacking.port}`);
  return answers.fix(
    context,
    [
      change(
        context.declared.ref,
        ...places.flatMap(({ path }) => replaceField([...path, 'name'], missing.name, only.name)),
      ),
    ],
    why,
  );
}
