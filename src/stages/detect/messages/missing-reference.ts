/** What the kubelet could not find. `namespace` only where the text says it. */
export interface MissingWords {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name?: string;
  readonly key?: string;
}

/**
 * Reads `configmap "X" not found`, `couldn't find key K in Secret NS/X` (k8s.io/kubernetes pkg/kubelet/kubelet_pods.go)
 * and `references non-existent config key: K` (pkg/volume/configmap, pkg/volume/secret); undefined for other texts.
 */
export function parseMissing(message: string): MissingWords | undefined {
  const whole = /(configmap|secret)s? "([^"]+)" not found/i.exec(message);
  if (whole?.[1] !== undefined && whole[2] !== undefined) return { kind: kindOf(whole[1]), name: baseName(whole[2]) };
  const key = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i.exec(message);
  if (key?.[1] !== undefined && key[2] !== undefined && key[3] !== undefined) {
    return { kind: kindOf(key[2]), name: baseName(key[3]), key: key[1] };
  }
  const item = /references non-existent (config|secret) key: (\S+)/.exec(message);
  if (item?.[1] === undefined || item[2] === undefined) return undefined;
  return { kind: item[1] === 'config' ? 'ConfigMap' : 'Secret', key: item[2] };
}

/** The volume of `MountVolume.SetUp failed for volume "V" : ...`. */
export function failedVolume(message: string): string | undefined {
  return /MountVolume\.SetUp failed for volume "([^"]+)"/.exec(message)?.[1];
}

function kindOf(word: string): MissingWords['kind'] {
  return word.toLowerCase() === 'configmap' ? 'ConfigMap' : 'Secret';
}

function baseName(name: string): string {
  return (
    name
      .replace(/[,;.]$/, '')
      .split('/')
      .at(-1) ?? name
  );
}
