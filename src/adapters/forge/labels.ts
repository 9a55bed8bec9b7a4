const OWN = 'remendo';

/** How a label looks that Remendo makes. The colour is six hexadecimal digits. */
export const NEW_LABEL = { color: '5319e7', description: 'Remendo' } as const;

/**
 * What is to be put on and taken off so that the labels that begin with `remendo` are exactly `wanted`; nobody else's are
 * touched. Forges compare names without case.
 */
export function labelChange<Label extends { readonly name: string }>(
  present: readonly Label[],
  wanted: readonly string[],
): { readonly missing: string[]; readonly surplus: readonly Label[] } {
  const want = new Set(wanted.map(fold));
  const have = new Set(present.map(({ name }) => fold(name)));
  return {
    missing: wanted.filter((name) => !have.has(fold(name))),
    surplus: present.filter(({ name }) => fold(name).startsWith(OWN) && !want.has(fold(name))),
  };
}

/** A label's name as forges compare it. */
export function fold(name: string): string {
  return name.toLowerCase();
}
