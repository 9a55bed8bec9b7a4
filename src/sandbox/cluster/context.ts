import type { SandboxClock } from '../clock.ts';
import type { EventRecorder } from './events.ts';
import type { Behaviours } from './kubelet/behaviour.ts';
import type { ObjectStore } from './store.ts';
import type { Timing } from './timing.ts';

/** What the controllers and the kubelet of one world share. */
export interface ClusterContext {
  readonly clock: SandboxClock;
  readonly store: ObjectStore;
  readonly events: EventRecorder;
  readonly behaviours: Behaviours;
  readonly timing: Timing;
}

/** A part of the control plane: looks at the world and moves it one step. Called at every tick. */
export type Controller = () => void;
