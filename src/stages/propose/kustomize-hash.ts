/** The suffix that Kustomize's generators add to a name (sigs.k8s.io/kustomize api/hasher: ten characters of this alphabet). */
const HASHED = /^(.+)-[2456789bcdfghkmt]{10}$/;

/** The name that a generator was given: `settings` of `settings-8h2k9d7f6g`; undefined for other names. */
export function unhashedName(name: string): string | undefined {
  const match = HASHED.exec(name);
  // A word of ten letters of the alphabet is no hash; six digits of sixteen make a hash without a digit very unlikely.
  return match?.[1] !== undefined && /\d/.test(name.slice(match[1].length + 1)) ? match[1] : undefined;
}

/** The name without a generator's suffix, or as it is. */
export function baseName(name: string): string {
  return unhashedName(name) ?? name;
}
