import { isObject } from '../../../domain/json.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import type { Operation } from '../../../domain/change.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { podSpecPath } from '../../../domain/pod-template.ts';
import { declaredPodSpec } from '../pod-template.ts';
import type { Proposer } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';
import { selectorMatches, texts } from '../workloads.ts';
import { isNear, nearOnes } from '../similar.ts';

const answers = answersOf('rule', 'node-selector');

/**
 * No node has a label of the nodeSelector: the one near value that nodes have for this key (or the one near key with this
 * value) is written, where some node then matches the whole selector.
 */
export const nodeSelector: Proposer = {
  origin: 'rule',
  name: 'node-selector',
  causes: ['scheduling/node-selector'],
  async propose(context) {
    const { declared, snapshot } = context;
    const base = podSpecPath(declared.ref.kind);
    const spec = declaredPodSpec(declared);
    const selector = texts(isObject(spec?.['nodeSelector']) ? spec['nodeSelector'] : undefined);
    if (!base || Object.keys(selector).length === 0) return answers.decline('the manifest has no nodeSelector');
    if (isBlind(snapshot, 'Node') || snapshot.objects.Node.length === 0)
      return answers.decline('the nodes cannot be read');
    const nodes = snapshot.objects.Node.map(({ metadata }) => metadata.labels ?? {});
    const unmet = Object.entries(selector).filter(([key, value]) => nodes.every((labels) => labels[key] !== value));
    const [key, value] = unmet[0] ?? [];
    if (unmet.length !== 1 || key === undefined || value === undefined) {
      return answers.decline(
        unmet.length === 0
          ? 'each label of the nodeSelector is on some node'
          : `no node has ${listOf(unmet.map((pair) => pair.join('=')))}`,
      );
    }
    const ran = ranBefore(context);
    if (ran !== undefined)
      return answers.decline(`\`${key}=${value}\` is not misspelt: ${ran}, so nodes had it and have gone`);
    const path = [...base, 'nodeSelector'];
    const fits = (next: Record<string, string>): boolean => nodes.some((labels) => selectorMatches(next, labels));
    const values = nearOnes(
      value,
      nodes.flatMap((labels) => labels[key] ?? []),
    ).filter((near) => fits({ ...selector, [key]: near }));
    const rest = Object.fromEntries(Object.entries(selector).filter(([other]) => other !== key));
    const keys = [...new Set(nodes.flatMap((labels) => Object.keys(labels)))].filter(
      (other) => !Object.hasOwn(selector, other) && isNear(key, other) && fits({ ...rest, [other]: value }),
    );
    const [nearValue] = values;
    const [nearKey] = keys;
    if (values.length + keys.length !== 1) {
      const known = [...values.map((near) => `${key}=${near}`), ...keys.map((near) => `${near}=${value}`)];
      return answers.decline(
        known.length === 0
          ? `no node has \`${key}=${value}\` or a near label`
          : `no node has \`${key}=${value}\`, and several labels are near: ${listOf(known)}`,
      );
    }
    const operations: Operation[] =
      nearKey === undefined
        ? replaceField([...path, key], value, nearValue ?? value)
        : [
            { op: 'test', path: [...path, key], value },
            { op: 'remove', path: [...path, key] },
            { op: 'add', path: [...path, nearKey], value },
          ];
    const meant = nearKey === undefined ? `${key}=${nearValue}` : `${nearKey}=${value}`;
    return answers.fix(
      context,
      [change(declared.ref, ...operations)],
      `No node has the label \`${key}=${value}\`; \`${meant}\` is the only near one, and nodes have it.`,
    );
  },
};
