import type { FieldPath } from '../../../domain/field-path.ts';
import { getField } from '../../../domain/field-path.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import type { Answer } from '../../../domain/proposal.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { containerOf } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { ranWell } from '../ran-well.ts';
import { isOtherPurpose, meantElsewhere } from './other-purpose.ts';
import { nearOfFew } from '../similar.ts';

const answers = answersOf('rule', 'probe-port');
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['httpGet', 'tcpSocket', 'grpc'] as const;

/** A container port as the manifest declares it. */
interface DeclaredPort {
  readonly number: number;
  readonly name?: string;
}

/** TCP ports that a container declares, without repeats. */
function tcpPorts(container: DeclaredContainer): DeclaredPort[] {
  const ports = container.value['ports'];
  const found = new Map<number, DeclaredPort>();
  for (const port of isArray(ports) ? ports : []) {
    if (!isObject(port) || typeof port['containerPort'] !== 'number') continue;
    const { containerPort, name, protocol = 'TCP' } = port;
    if (protocol !== 'TCP') continue;
    found.set(containerPort, { number: containerPort, ...(typeof name === 'string' ? { name } : {}) });
  }
  return [...found.values()];
}

/**
 * A probe asks a port that nothing answers on, or a port name that no port has: the one port that the container declares is
 * written instead, by name where the probe used a name. A path that answers 404 is never guessed.
 */
export const probePort: Proposer = {
  origin: 'rule',
  name: 'probe-port',
  causes: ['probe/liveness', 'probe/readiness', 'probe/startup'],
  async propose(context) {
    const { probe } = context.incident.facts;
    if (!probe || (probe.failure !== 'refused' && probe.failure !== 'unknown-port-name')) {
      return answers.decline('the probe fails for another reason than its port, and a path or a time is never guessed');
    }
    const container = containerOf(context.declared, context.incident);
    if (!container) return answers.decline('the manifest does not declare this container');
    const at = portPath(container, `${probe.type}Probe`);
    if (!at) return answers.decline(`the manifest declares no port for the ${probe.type} probe`);
    const written = getField(container.value, at);
    if (typeof written !== 'string' && typeof written !== 'number') return answers.decline('the port cannot be read');
    if (probe.port !== undefined && String(probe.port) !== String(written)) {
      return answers.decline(`the probe that fails asks port ${probe.port}, and Git says ${written}`);
    }
    return otherPort(context, container, probe.type, written);
  },
};

function otherPort(
  context: ProposeContext,
  container: DeclaredContainer,
  type: string,
  written: string | number,
): Answer {
  const ports = tcpPorts(container);
  const declaredHere = ports.some(({ number, name }) => number === written || (name !== undefined && name === written));
  if (declaredHere) {
    return answers.decline(
      `the container declares port ${written} itself: nothing listens there, and no other port is meant`,
    );
  }
  if (ranWell(context) !== undefined) {
    return answers.decline(
      `its pods ran well for long with the probe on port ${written}: the probe is not what changed`,
    );
  }
  const elsewhere = meantElsewhere(context, container, written);
  if (elsewhere !== undefined) {
    return answers.decline(
      `${container.name} does not declare port ${written}, but it is meant: ${elsewhere}. A port need not be declared, and a name is looked up in its own container only`,
    );
  }
  const names =
    typeof written === 'string'
      ? nearOfFew(
          written,
          ports.flatMap(({ name }) => name ?? []),
        )
      : [];
  const candidates = ports.length > 1 ? ports.filter(({ name }) => name !== undefined && names.includes(name)) : ports;
  const [only] = candidates;
  if (candidates.length !== 1 || only === undefined) {
    const known = ports.map(({ number, name }) => name ?? String(number));
    return answers.decline(
      `port ${written} is not declared, and the container declares ${ports.length === 0 ? 'no port' : listOf(known)}`,
    );
  }
  if (typeof written === 'string' && !names.includes(only.name ?? '') && isOtherPurpose(written, only.name)) {
    return answers.decline(
      `port ${written} is not declared, and its name tells of another purpose than \`${only.name ?? only.number}\`, the only port that is`,
    );
  }
  const next = typeof written === 'string' ? (only.name ?? only.number) : only.number;
  // The container's other probes with this port fail next, once the first one passes.
  const operations = PROBES.flatMap((name) => {
    const path = portPath(container, name);
    const usable = path && (!path.includes('grpc') || typeof next === 'number');
    return usable && getField(container.value, path) === written
      ? replaceField([...container.path, ...path], written, next)
      : [];
  });
  return answers.fix(
    context,
    [change(context.declared.ref, ...operations)],
    `The ${type} probe asks port ${written}, which ${container.name} does not declare; ${next} is the only port that it can mean.`,
  );
}

function portPath(container: DeclaredContainer, probe: string): FieldPath | undefined {
  const handler = HANDLERS.find((name) => getField(container.value, [probe, name, 'port']) !== undefined);
  return handler && [probe, handler, 'port'];
}
