import type { FieldPath } from '../../../domain/field-path.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import { noObjects } from '../../../domain/snapshot.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { formatCommit } from '../field-history.ts';
import { symptomText } from '../symptom-text.ts';
import { knownObjects } from '../known-objects.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { containerOf, declaredContainers } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { isSlipOfKey } from '../renamed.ts';

const answers = answersOf('rule', 'unexpanded-variable');

/** `$(NAME)`, but not the escaped `$$(NAME)` (k8s.io/kubernetes third_party/forked/golang/expansion). */
const REFERENCE = /(?<!\$)\$\(([A-Za-z_][\w.-]*)\)/g;

/**
 * The program quotes a `$(NAME)` that the kubelet left as it is, for the container has no such variable: the one variable of near
 * name is written instead, in its command line and in the values that follow the variable.
 */
export const unexpandedVariable: Proposer = {
  origin: 'rule',
  name: 'unexpanded-variable',
  causes: ['crash/exit-error', 'job/failed'],
  async propose(context) {
    const container = containerOf(context.declared, context.incident);
    const text = container ? await symptomText(context) : '';
    const quoted = new Set([...text.matchAll(REFERENCE)].map(([, name]) => name));
    const places = container ? placesOf(container).filter(({ name }) => quoted.has(name)) : [];
    const [first] = places;
    if (!container || !first || places.some(({ name }) => name !== first.name)) return undefined;
    const { name } = first;
    const variables = namesOf(context, container, context);
    if (!variables) return answers.decline('the variables that the container is given cannot all be read');
    if (variables.includes(name))
      return answers.decline(`variable \`${name}\` is defined after the value that refers to it`);
    const until = await givenUntil(context, container.name, name);
    if (until !== undefined)
      return answers.decline(
        `the container had a variable \`${name}\` until ${until}: the reference to it is not misspelt`,
      );
    const near = [...new Set(variables)].filter((other) => isSlipOfKey(name, other));
    const [only] = near;
    if (near.length !== 1 || only === undefined) {
      const hint = near.length === 0 ? 'and none of near name' : `and several of near name: ${listOf(near)}`;
      return answers.decline(`\`$(${name})\` is left as it is: the container has no variable \`${name}\`, ${hint}`);
    }
    if (places.some(({ later }) => later?.includes(only)))
      return answers.decline(`variable \`${only}\` is near, and it is defined after the value that refers to it`);
    const operations = places.flatMap(({ path, text: written }) =>
      replaceField(path, written, written.replaceAll(`$(${name})`, `$(${only})`)),
    );
    return answers.fix(
      context,
      [change(context.declared.ref, ...operations)],
      `The symptom quotes \`$(${name})\`, which Kubernetes leaves as it is where a container has no such variable; \`${only}\` is its only near one.`,
    );
  },
};

interface Place {
  readonly name: string;
  readonly path: FieldPath;
  readonly text: string;
  /** Names of `env` that are not defined yet, for values of `env`. */
  readonly later?: readonly string[];
}

/** Where the container refers to variables: its command line, and values of variables that refer to earlier ones. */
function placesOf({ value, path }: DeclaredContainer): Place[] {
  const words = ['command', 'args'].flatMap((field) => {
    const list = value[field];
    return (isArray(list) ? list : []).flatMap((text, i) => inText(text, [...path, field, i]));
  });
  const env = variablesOf(value['env']);
  const values = env.flatMap(({ name, value: text }, i) => {
    const unique = env.filter((other) => other.name === name).length === 1;
    const later = env.slice(i).map((other) => other.name);
    return unique ? inText(text, [...path, 'env', { key: 'name', value: name }, 'value'], later) : [];
  });
  return [...words, ...values];
}

function inText(text: unknown, path: FieldPath, later?: readonly string[]): Place[] {
  if (typeof text !== 'string') return [];
  const names = new Set([...text.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []));
  return [...names].map((name) => ({ name, path, text, ...(later ? { later } : {}) }));
}

function variablesOf(env: unknown): { readonly name: string; readonly value: unknown }[] {
  return (Array.isArray(env) ? env : []).flatMap((one) =>
    isObject(one) && typeof one['name'] === 'string' ? [{ name: one['name'], value: one['value'] }] : [],
  );
}

/** The commit until which the container was given such a variable; undefined where no earlier version gives it. */
async function givenUntil(context: ProposeContext, container: string, name: string): Promise<string | undefined> {
  let newer: string | undefined;
  for await (const { objects, commit } of context.versions()) {
    const then = objects.find(({ ref }) => sameObject(ref, context.declared.ref));
    const found = then && declaredContainers(then).find((one) => one.name === container);
    const known = { snapshot: { ...context.snapshot, objects: noObjects() }, siblings: objects };
    if (newer !== undefined && found && namesOf(context, found, known, true)?.includes(name) === true) return newer;
    newer = formatCommit(commit);
  }
  return undefined;
}

/** All variables of the container; undefined where an object that gives some cannot be read, unless `some` are enough. */
function namesOf(
  { declared }: ProposeContext,
  { value }: DeclaredContainer,
  known: Parameters<typeof knownObjects>[0],
  some = false,
): string[] | undefined {
  const names = variablesOf(value['env']).map(({ name }) => name);
  const sources = value['envFrom'];
  for (const source of isArray(sources) ? sources : []) {
    if (!isObject(source)) continue;
    const prefix = typeof source['prefix'] === 'string' ? source['prefix'] : '';
    for (const [field, kind] of SOURCES) {
      const ref = source[field];
      if (!isObject(ref)) continue;
      const holder = knownObjects(known, kind, declared.ref.namespace ?? '')?.find(({ name }) => name === ref['name']);
      if (!holder && ref['optional'] !== true && !some) return undefined;
      names.push(...(holder?.keys ?? []).map((key) => `${prefix}${key}`));
    }
  }
  return names;
}

const SOURCES = [
  ['configMapRef', 'ConfigMap'],
  ['secretRef', 'Secret'],
] as const;
