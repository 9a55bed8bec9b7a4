import type { Operation } from '../../../domain/change.ts';
import type { DeclaredBackend } from '../../../domain/declared-backends.ts';
import { declaredBackends } from '../../../domain/declared-backends.ts';
import { getField } from '../../../domain/field-path.ts';
import { isArray } from '../../../domain/json.ts';
import { findObject } from '../../../domain/snapshot.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { nearOfFew } from '../similar.ts';

const answers = answersOf('rule', 'ingress-port');

interface Port {
  readonly name?: string | undefined;
  readonly port: number;
}

/**
 * An Ingress sends to a port that its Service does not have. A name becomes the one near name of the Service's ports; a
 * number, or a name that is unlike all, becomes the Service's only port, where no other backend goes there already: then the
 * port that is asked for may be one that the Service has lost.
 */
export const ingressPort: Proposer = {
  origin: 'rule',
  name: 'ingress-port',
  causes: ['ingress/no-such-port'],
  async propose(context) {
    const { declared, incident } = context;
    const wanted = incident.facts.backend;
    if (declared.ref.kind !== 'Ingress' || !wanted) return answers.decline('which port is missing is not known');
    const backends = declaredBackends(declared.object).filter(({ name }) => name === wanted.service);
    const places = backends.filter(({ port }) => port === wanted.port);
    if (places.length === 0) return answers.decline(`the manifest does not send to ${wanted.service}:${wanted.port}`);
    const ports = portsOfService(context, wanted.service, declared.ref.namespace);
    if (ports.some(({ name, port }) => name === wanted.port || port === wanted.port))
      return answers.decline(`Service ${wanted.service} declares port ${wanted.port}`);
    const shown = ports.map(({ name, port }) => name ?? String(port));
    const near =
      typeof wanted.port === 'string'
        ? nearOfFew(
            wanted.port,
            ports.flatMap(({ name }) => name ?? []),
          )
        : [];
    const meant = near.length > 0 ? ports.filter(({ name }) => name === near[0]) : ports;
    const [only] = meant;
    if (near.length > 1 || meant.length !== 1 || only === undefined) {
      return answers.decline(
        `Service ${wanted.service} has no port ${wanted.port}, and which of its ports is meant is not certain: ${listOf(shown)}`,
      );
    }
    const taken = backends.some(({ port }) => port === only.port || (port !== undefined && port === only.name));
    if (near.length === 0 && taken) {
      return answers.decline(
        `Service ${wanted.service} has no port ${wanted.port}, and another backend uses its only one: it may have lost a port`,
      );
    }
    return answers.fix(
      context,
      [change(declared.ref, ...places.flatMap((place) => operations(place, only)))],
      `Service \`${wanted.service}\` has no port \`${wanted.port}\`; \`${only.name ?? only.port}\` is its only ${near.length > 0 ? 'near one' : 'port'}.`,
    );
  },
};

/** The Service's ports as the Application declares them, else as they are in the cluster. */
export function portsOfService(
  { siblings, snapshot }: Pick<ProposeContext, 'siblings' | 'snapshot'>,
  service: string,
  namespace: string | undefined,
): Port[] {
  const inGit = siblings.find(
    ({ ref }) => ref.kind === 'Service' && ref.name === service && ref.namespace === namespace,
  );
  if (!inGit) return [...(findObject(snapshot, 'Service', service, namespace)?.spec?.ports ?? [])];
  const list = getField(inGit.object, ['spec', 'ports']);
  return (isArray(list) ? list : []).flatMap((item) => {
    const [name, port] = [getField(item, ['name']), getField(item, ['port'])];
    if (typeof port !== 'number') return [];
    return [{ port, ...(typeof name === 'string' ? { name } : {}) }];
  });
}

/** By name where a name was written and the port has one, else by number. */
function operations({ path, port: written }: DeclaredBackend, { name, port }: Port): Operation[] {
  const at = [...path, 'port'];
  if (typeof written === 'number') return replaceField([...at, 'number'], written, port);
  if (typeof written !== 'string') return [];
  if (name !== undefined) return replaceField([...at, 'name'], written, name);
  return [
    { op: 'test', path: [...at, 'name'], value: written },
    { op: 'remove', path: [...at, 'name'] },
    { op: 'add', path: [...at, 'number'], value: port },
  ];
}
