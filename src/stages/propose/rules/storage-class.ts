import { getField } from '../../../domain/field-path.ts';
import { findObject, isBlind } from '../../../domain/snapshot.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { isMadeAgain } from '../immutable.ts';
import type { Proposer } from '../proposer.ts';
import { nearOnes } from '../similar.ts';

const answers = answersOf('rule', 'storage-class');

/**
 * A claim waits for a StorageClass. A claim's class can be set once, while it has none (validation of PersistentVolumeClaim
 * updates in the API server); later it can only be changed by making the claim again, which Argo CD does only where the
 * manifest says `Replace=true,Force=true`. Anything else is told, not done.
 */
export const storageClass: Proposer = {
  origin: 'rule',
  name: 'storage-class',
  causes: ['storage/class-missing', 'storage/no-class'],
  async propose(context) {
    const { declared, snapshot } = context;
    const { kind, name, namespace } = declared.ref;
    if (kind === 'StatefulSet') {
      return answers.decline('the volumeClaimTemplates of a StatefulSet cannot be changed: it has to be made again');
    }
    if (kind !== 'PersistentVolumeClaim') return answers.decline('no manifest declares the claim');
    if (isBlind(snapshot, 'StorageClass')) return answers.decline('the StorageClasses cannot be read');
    const path = ['spec', 'storageClassName'];
    const written = getField(declared.object, path);
    const classes = snapshot.objects.StorageClass.map(({ metadata }) => metadata);
    const names = classes.map((metadata) => metadata.name);
    if (written === undefined || written === null) {
      const standard = classes.filter(
        ({ annotations }) => annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
      );
      if (standard.length > 0)
        return answers.decline(`there is a default StorageClass now: ${listOf(standard.map((one) => one.name))}`);
      const [only] = names;
      if (names.length !== 1 || only === undefined)
        return answers.decline(`the claim names no class, there is no default, and the cluster has ${listOf(names)}`);
      return answers.fix(
        context,
        [change(declared.ref, { op: 'add', path, value: only })],
        `The claim names no StorageClass and the cluster has no default; \`${only}\` is its only class. A class may be set on a claim that has none.`,
      );
    }
    if (typeof written !== 'string' || written === '')
      return answers.decline('the claim asks for a volume without a class');
    if (names.includes(written)) return answers.decline(`StorageClass ${written} exists now`);
    const near = nearOnes(written, names);
    const [only] = near;
    if (near.length !== 1 || only === undefined) {
      return answers.decline(
        `StorageClass ${written} does not exist, and ${near.length === 0 ? 'none is near' : `several are near: ${listOf(near)}`}`,
      );
    }
    const live = findObject(snapshot, 'PersistentVolumeClaim', name, namespace);
    if (live?.spec?.storageClassName !== undefined && !isMadeAgain(declared)) {
      return answers.decline(
        `StorageClass ${written} does not exist and \`${only}\` is near, but the class of a claim cannot be changed: delete the unbound claim, then correct the manifest`,
      );
    }
    return answers.fix(
      context,
      [change(declared.ref, ...replaceField(path, written, only))],
      `StorageClass \`${written}\` does not exist; \`${only}\` is the only near one.${live ? ' Argo CD deletes the claim, which holds no data yet, and makes it again.' : ''}`,
    );
  },
};
