/** The marks that an object carries, and its owners where it has any. */
export interface Marks {
  readonly annotations?: Readonly<Record<string, string | undefined>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[] | undefined;
}

/** Who seems to deploy an object that no Application claims, from the marks that tools leave; undefined where none does. */
export function whoManages({ annotations = {}, labels = {}, ownerReferences = [] }: Marks): string | undefined {
  const [owner] = ownerReferences;
  if (owner) return `${owner.kind} ${owner.name} made it`;
  const flux = labels['kustomize.toolkit.fluxcd.io/name'] ?? labels['helm.toolkit.fluxcd.io/name'];
  if (flux !== undefined) return `Flux deploys it (${flux})`;
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return `Helm installed it (release ${release})`;
  const manager = labels['app.kubernetes.io/managed-by'];
  if (manager !== undefined) return `${manager} manages it`;
  if (labels['olm.owner'] !== undefined) return `the operator ${labels['olm.owner']} made it`;
  if (annotations['kubectl.kubernetes.io/last-applied-configuration'] !== undefined)
    return 'it was applied with kubectl';
  return undefined;
}
