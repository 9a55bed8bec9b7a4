import type { Checkout } from '../../domain/source.ts';
import type { Target } from './render.ts';
import type { Generated } from './set-generators.ts';

/** An Application that is written as a manifest in a repository. */
export interface DeclaredApplication extends Target {
  /** True where the manifest names its namespace; otherwise `application.namespace` is Argo CD's default. */
  readonly namespaced: boolean;
  readonly repoURL: string;
  /** The repository that it was read from. */
  readonly checkout: Checkout;
  readonly file: string;
  readonly document: number;
  /** What an ApplicationSet made it from; absent for an Application that is written out. */
  readonly generated?: Generated;
}
