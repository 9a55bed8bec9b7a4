import type { Proposer } from '../proposer.ts';
import { configReference } from './config-reference.ts';
import { image } from './image.ts';
import { limitRange } from './limit-range.ts';
import { memory } from './memory.ts';
import { nodeSelector } from './node-selector.ts';
import { podSecurity } from './pod-security.ts';
import { probePort } from './probe-port.ts';
import { quota } from './quota.ts';
import { requests } from './requests.ts';
import { runAsUser } from './run-as-user.ts';
import { servicePort } from './service-port.ts';
import { serviceSelector } from './service-selector.ts';
import { storageClass } from './storage-class.ts';

/** All rules. A new rule is one file and one line here. */
export const RULES: readonly Proposer[] = [
  memory,
  image,
  configReference,
  probePort,
  servicePort,
  serviceSelector,
  requests,
  nodeSelector,
  storageClass,
  limitRange,
  quota,
  podSecurity,
  runAsUser,
];
