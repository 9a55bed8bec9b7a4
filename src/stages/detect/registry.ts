import type { CauseInfo, Detector } from './detector.ts';
import { autoscaler } from './families/autoscaler.ts';
import { config } from './families/config.ts';
import { crash } from './families/crash.ts';
import { disruption } from './families/disruption.ts';
import { image } from './families/image.ts';
import { ingress } from './families/ingress.ts';
import { ingressClass } from './families/ingress-class.ts';
import { job } from './families/job.ts';
import { memory } from './families/memory.ts';
import { podFailed } from './families/pod-failed.ts';
import { probeKills } from './families/probe-kill.ts';
import { provisioner } from './families/provisioner.ts';
import { readiness } from './families/readiness.ts';
import { replicas } from './families/replicas.ts';
import { rollout } from './families/rollout.ts';
import { scheduling } from './families/scheduling.ts';
import { service } from './families/service.ts';
import { storage } from './families/storage.ts';
import { volume } from './families/volume.ts';

/** All detectors. A new one is a file in `families/` and a line here; their order does not matter. */
export const DETECTORS: readonly Detector[] = [
  replicas,
  storage,
  provisioner,
  volume,
  scheduling,
  podFailed,
  image,
  config,
  memory,
  probeKills,
  crash,
  readiness,
  job,
  rollout,
  service,
  autoscaler,
  ingress,
  ingressClass,
  disruption,
];

/** Every cause that a detector can report, by its key. */
export const CATALOGUE: ReadonlyMap<string, CauseInfo> = new Map(
  DETECTORS.flatMap(({ causes }) => Object.entries(causes)),
);
