import { getField } from '../../../domain/field-path.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import type { Proposer } from '../proposer.ts';
import { nearOnes } from '../similar.ts';

const answers = answersOf('rule', 'ingress-class');
const PATH = ['spec', 'ingressClassName'];

/** An Ingress names a class that does not exist: the one near class of the cluster is written. */
export const ingressClass: Proposer = {
  origin: 'rule',
  name: 'ingress-class',
  causes: ['ingress/class-missing'],
  async propose(context) {
    const { declared, snapshot, siblings } = context;
    const written = getField(declared.object, PATH);
    if (declared.ref.kind !== 'Ingress' || typeof written !== 'string')
      return answers.decline('the manifest names no IngressClass');
    if (isBlind(snapshot, 'IngressClass')) return answers.decline('the IngressClasses cannot be read');
    const names = snapshot.objects.IngressClass.map(({ metadata }) => metadata.name);
    if (names.includes(written)) return answers.decline(`IngressClass ${written} exists now`);
    if (siblings.some(({ ref }) => ref.kind === 'IngressClass' && ref.name === written))
      return answers.decline(`IngressClass ${written} is declared in Git and not yet applied`);
    const near = nearOnes(written, names);
    const [only] = near;
    if (near.length !== 1 || only === undefined) {
      return answers.decline(
        `IngressClass ${written} does not exist, and ${near.length === 0 ? 'none is near' : `several are near: ${listOf(near)}`}`,
      );
    }
    return answers.fix(
      context,
      [change(declared.ref, ...replaceField(PATH, written, only))],
      `IngressClass \`${written}\` does not exist; \`${only}\` is the only near one.`,
    );
  },
};
