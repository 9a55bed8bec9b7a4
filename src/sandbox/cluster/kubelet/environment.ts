import type { Container, Pod } from '../objects.ts';
import type { ObjectStore } from '../store.ts';
import type { KeyHolder } from '../workload-objects.ts';
import type { Behaviour } from './behaviour.ts';

/** The environment of a container, or why the kubelet cannot make it (CreateContainerConfigError). */
export type Environment =
  | { readonly ok: true; readonly env: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

const HOLDERS = [
  ['configMapKeyRef', 'configMapRef', 'ConfigMap', 'configmap'],
  ['secretKeyRef', 'secretRef', 'Secret', 'secret'],
] as const;

function valueOf(holder: KeyHolder, key: string): string | undefined {
  const text = holder.data?.[key] ?? holder.binaryData?.[key];
  return text !== undefined && holder.kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text;
}

class MissingReference extends Error {}

/** Resolves env and envFrom as pkg/kubelet/kubelet_pods.go does. */
export function resolveEnvironment(store: ObjectStore, pod: Pod, container: Container): Environment {
  const namespace = pod.metadata.namespace ?? 'default';
  try {
    const env: Record<string, string> = {};
    for (const source of container.envFrom ?? []) Object.assign(env, allOf(store, namespace, source));
    for (const entry of container.env ?? []) {
      const value = entry.valueFrom ? fromReference(store, namespace, entry.valueFrom) : (entry.value ?? '');
      if (value !== undefined) env[entry.name] = value;
    }
    return { ok: true, env };
  } catch (error) {
    if (error instanceof MissingReference) return { ok: false, message: error.message };
    throw error;
  }
}

/** Every key of what an envFrom entry names. */
function allOf(
  store: ObjectStore,
  namespace: string,
  source: NonNullable<Container['envFrom']>[number],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [, refKey, kind, word] of HOLDERS) {
    const ref = source[refKey];
    if (!ref) continue;
    const holder = store.get(kind, namespace, ref.name ?? '');
    if (!holder && ref.optional !== true) throw new MissingReference(`${word} "${ref.name ?? ''}" not found`);
    for (const key of Object.keys(holder?.data ?? {})) {
      env[`${source.prefix ?? ''}${key}`] = (holder && valueOf(holder, key)) ?? '';
    }
  }
  return env;
}

type ValueFrom = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

function fromReference(store: ObjectStore, namespace: string, from: ValueFrom): string | undefined {
  if (from.fieldRef) return from.fieldRef.fieldPath;
  for (const [refKey, , kind, word] of HOLDERS) {
    const ref = from[refKey];
    if (!ref) continue;
    const holder = store.get(kind, namespace, ref.name ?? '');
    const value = holder && valueOf(holder, ref.key);
    if (value !== undefined || ref.optional === true) return value;
    const name = ref.name ?? '';
    throw new MissingReference(
      holder ? `couldn't find key ${ref.key} in ${kind} ${namespace}/${name}` : `${word} "${name}" not found`,
    );
  }
  return undefined;
}

/** Why the container may not run as the user it would run as; undefined where it may (kuberuntime/security_context.go). */
export function nonRootConflict(pod: Pod, container: Container, behaviour: Behaviour): string | undefined {
  const own = container.securityContext;
  if ((own?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot) !== true) return undefined;
  const user = own?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const { name, namespace, uid } = pod.metadata;
  const where = `(pod: "${name}_${namespace ?? ''}(${uid})", container: ${container.name})`;
  if (user !== undefined) return user === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  if (behaviour.user === 'named') {
    return `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${where}`;
  }
  return behaviour.user === 'root' ? `container has runAsNonRoot and image will run as root ${where}` : undefined;
}

/** Why a volume cannot be mounted (FailedMount); undefined where all can. */
export function mountProblem(store: ObjectStore, pod: Pod): string | undefined {
  const namespace = pod.metadata.namespace ?? 'default';
  for (const volume of pod.spec.volumes ?? []) {
    const sources = [{ configMap: volume.configMap, secret: volume.secret }, ...(volume.projected?.sources ?? [])];
    for (const source of sources) {
      for (const [projection, kind, word, keyWord] of [
        [source.configMap, 'ConfigMap', 'configmap', 'config'],
        [source.secret, 'Secret', 'secret', 'secret'],
      ] as const) {
        if (!projection || projection.optional === true) continue;
        const name = projection.name ?? projection.secretName ?? '';
        const holder = store.get(kind, namespace, name);
        const head = `MountVolume.SetUp failed for volume "${volume.name}" : `;
        if (!holder) return `${head}${word} "${name}" not found`;
        const key = projection.items?.find((item) => valueOf(holder, item.key) === undefined)?.key;
        if (key !== undefined) return `${head}references non-existent ${keyWord} key: ${key}`;
      }
    }
  }
  return undefined;
}
