import type { Container, PodSpec } from '../objects.ts';

type Level = 'privileged' | 'baseline' | 'restricted';

const quote = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');
const containersText = (containers: readonly Container[], many = 'containers'): string =>
  `${containers.length > 1 ? many : 'container'} ${quote(containers.map(({ name }) => name))}`;

const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const RESTRICTED_VOLUMES = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret name'.split(' '),
);

function baseline(spec: PodSpec, all: readonly Container[]): string[] {
  const out: string[] = [];
  const host = [
    spec.hostNetwork === true && 'hostNetwork=true',
    spec.hostPID === true && 'hostPID=true',
    spec.hostIPC === true && 'hostIPC=true',
  ].filter((text) => text !== false);
  if (host.length > 0) out.push(`host namespaces (${host.join(', ')})`);
  const privileged = all.filter(({ securityContext }) => securityContext?.privileged === true);
  if (privileged.length > 0)
    out.push(`privileged (${containersText(privileged)} must not set securityContext.privileged=true)`);
  const adding = all.filter(
    ({ securityContext }) =>
      securityContext?.capabilities?.add?.some((name) => !BASELINE_CAPABILITIES.has(name)) === true,
  );
  if (adding.length > 0) {
    const names = [...new Set(adding.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []))]
      .filter((name) => !BASELINE_CAPABILITIES.has(name))
      .sort();
    out.push(
      `non-default capabilities (${containersText(adding)} must not include ${quote(names)} in securityContext.capabilities.add)`,
    );
  }
  const hostPaths = (spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined).map(({ name }) => name);
  if (hostPaths.length > 0) out.push(`hostPath volumes (volume${hostPaths.length > 1 ? 's' : ''} ${quote(hostPaths)})`);
  const hostPorts = all.filter(({ ports }) => ports?.some((port) => (port.hostPort ?? 0) !== 0) === true);
  if (hostPorts.length > 0) {
    const ports = hostPorts.flatMap(({ ports }) => ports ?? []).flatMap(({ hostPort }) => hostPort ?? []);
    out.push(
      `hostPort (${containersText(hostPorts)} use${hostPorts.length > 1 ? '' : 's'} hostPort${ports.length > 1 ? 's' : ''} ${ports.join(', ')})`,
    );
  }
  return out;
}

function restricted(spec: PodSpec, all: readonly Container[]): string[] {
  const out: string[] = [];
  const escalating = all.filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (escalating.length > 0)
    out.push(
      `allowPrivilegeEscalation != false (${containersText(escalating)} must set securityContext.allowPrivilegeEscalation=false)`,
    );
  const keeping = all.filter(({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true);
  if (keeping.length > 0)
    out.push(
      `unrestricted capabilities (${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"])`,
    );
  const volumes = (spec.volumes ?? []).filter((volume) =>
    Object.keys(volume).some((key) => !RESTRICTED_VOLUMES.has(key)),
  );
  if (volumes.length > 0) {
    const types = [
      ...new Set(volumes.flatMap((volume) => Object.keys(volume).filter((key) => !RESTRICTED_VOLUMES.has(key)))),
    ];
    out.push(
      `restricted volume types (volume${volumes.length > 1 ? 's' : ''} ${quote(volumes.map(({ name }) => name))} use${volumes.length > 1 ? '' : 's'} restricted volume type${types.length > 1 ? 's' : ''} ${quote(types)})`,
    );
  }
  const rootable = all.filter(
    ({ securityContext }) => (securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot) !== true,
  );
  if (rootable.length > 0)
    out.push(`runAsNonRoot != true (pod or ${containersText(rootable)} must set securityContext.runAsNonRoot=true)`);
  const asRoot = all.filter(({ securityContext }) => securityContext?.runAsUser === 0);
  if (spec.securityContext?.runAsUser === 0) out.push('runAsUser=0 (pod must not set runAsUser=0)');
  else if (asRoot.length > 0) out.push(`runAsUser=0 (${containersText(asRoot)} must not set runAsUser=0)`);
  const profiled = new Set(['RuntimeDefault', 'Localhost']);
  const open = all.filter(
    ({ securityContext }) =>
      !profiled.has(securityContext?.seccompProfile?.type ?? spec.securityContext?.seccompProfile?.type ?? ''),
  );
  if (open.length > 0)
    out.push(
      `seccompProfile (pod or ${containersText(open)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
    );
  return out;
}

function level(text: string | undefined): Level {
  return text === 'baseline' || text === 'restricted' ? text : 'privileged';
}

/**
 * What a pod violates at a Pod Security Standard, in the words of k8s.io/pod-security-admission: `violates PodSecurity
 * "restricted:latest": ...`; undefined where it does not.
 */
function violation(spec: PodSpec, standard: Level, version: string): string | undefined {
  if (standard === 'privileged') return undefined;
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  const found = [...baseline(spec, all), ...(standard === 'restricted' ? restricted(spec, all) : [])];
  return found.length === 0 ? undefined : `violate PodSecurity "${standard}:${version}": ${found.join(', ')}`;
}

type Labels = Readonly<Record<string, string>>;
const PREFIX = 'pod-security.kubernetes.io/';

/** Why the namespace's enforce level refuses a pod. */
export function podSecurityRefusal(spec: PodSpec, namespace: Labels): string | undefined {
  const found = violation(
    spec,
    level(namespace[`${PREFIX}enforce`]),
    namespace[`${PREFIX}enforce-version`] ?? 'latest',
  );
  return found?.replace('violate', 'violates');
}

/** The warning for a pod or a template. The warn level falls back to the enforce level (PolicyToEvaluate). */
export function podSecurityWarning(spec: PodSpec, namespace: Labels): string | undefined {
  const warn = namespace[`${PREFIX}warn`] ?? namespace[`${PREFIX}enforce`];
  const found = violation(
    spec,
    level(warn),
    namespace[`${PREFIX}warn-version`] ?? namespace[`${PREFIX}enforce-version`] ?? 'latest',
  );
  return found === undefined ? undefined : `would ${found}`;
}
