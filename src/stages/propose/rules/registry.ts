import type { Proposer } from '../proposer.ts';
import { configReference } from './config-reference.ts';
import { image } from './image.ts';
import { ingressBackend } from './ingress-backend.ts';
import { ingressClass } from './ingress-class.ts';
import { ingressPort } from './ingress-port.ts';
import { limitRange } from './limit-range.ts';
import { memory } from './memory.ts';
import { metricContainer } from './metric-container.ts';
import { nodeSelector } from './node-selector.ts';
import { podSecurity } from './pod-security.ts';
import { probePort } from './probe-port.ts';
import { quota } from './quota.ts';
import { requests } from './requests.ts';
import { runAsUser } from './run-as-user.ts';
import { scaleTarget } from './scale-target.ts';
import { serviceHost } from './service-host.ts';
import { servicePort } from './service-port.ts';
import { serviceSelector } from './service-selector.ts';
import { startTime } from './start-time.ts';
import { storageClass } from './storage-class.ts';
import { toldOnly } from './told-only.ts';
import { toleration } from './toleration.ts';
import { unexpandedVariable } from './unexpanded-variable.ts';

/** All rules. A new rule is one file and one line here. */
export const RULES: readonly Proposer[] = [
  memory,
  image,
  configReference,
  probePort,
  startTime,
  servicePort,
  serviceSelector,
  serviceHost,
  ingressBackend,
  ingressPort,
  ingressClass,
  scaleTarget,
  metricContainer,
  toldOnly,
  requests,
  nodeSelector,
  toleration,
  storageClass,
  limitRange,
  quota,
  podSecurity,
  runAsUser,
  unexpandedVariable,
];
