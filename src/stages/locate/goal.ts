import type { Operation } from '../../domain/change.ts';
import type { Location, RenderedObject } from '../../domain/source.ts';
import type { RenderedApplication, RenderedSource } from './render.ts';

/** One step of a change: the object as it is rendered, and the operations to carry out on it together. */
export interface Goal {
  readonly location: Location;
  readonly base: RenderedApplication;
  readonly source: RenderedSource;
  readonly declared: RenderedObject;
  readonly operations: readonly Operation[];
  /** What the render must be. */
  readonly wanted: readonly RenderedObject[];
  /** Whether a fault is mended, which is done where it is; a wish for one environment alone goes to its own values. */
  readonly mending: boolean;
}
