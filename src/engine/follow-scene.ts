import type { Incident } from '../domain/incident.ts';
import type { Scene } from './scene.ts';

/** What following needs of the pass. */
export interface FollowScene extends Pick<Scene, 'snapshot' | 'sources'> {
  readonly incidents: readonly Incident[];
}
