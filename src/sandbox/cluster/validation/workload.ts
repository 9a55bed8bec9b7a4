import { selects } from '../../../domain/kubernetes/meta.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { child, objectAt, textAt, wordOf } from '../json-object.ts';
import type { FieldError } from './field-error.ts';
import { forbidden, invalid, notSupported, required } from './field-error.ts';
import { labels, nonNegative } from './names.ts';
import { podSpecErrors } from './pod.ts';

const LONG_RUNNING = ['Always'];
const JOB_POLICIES = ['OnFailure', 'Never'];

/** Validation of the kinds that hold a pod template; the empty list for every other kind. */
export function workloadErrors(kind: string, object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec') ?? {};
  switch (kind) {
    case 'Deployment':
      return [...replicated('spec', spec), ...strategyErrors(spec), ...deadlineErrors(spec)];
    case 'ReplicaSet':
      return replicated('spec', spec);
    case 'StatefulSet':
    case 'DaemonSet':
      return [...replicated('spec', spec), ...updateStrategyErrors(spec)];
    case 'Job':
      return jobErrors('spec', spec);
    case 'CronJob':
      return cronErrors(spec);
    default:
      return [];
  }
}

function template(at: string, spec: JsonObject, policies: readonly string[]): FieldError[] {
  const pod = objectAt(spec, 'template', 'spec');
  return [
    ...labels(`${at}.template.labels`, child(spec, 'template', 'metadata', 'labels')),
    ...(pod ? podSpecErrors(`${at}.template.spec`, pod, policies) : [required(`${at}.template.spec.containers`)]),
  ];
}

function replicated(at: string, spec: JsonObject): FieldError[] {
  return [
    ...nonNegative(`${at}.replicas`, spec.replicas),
    ...nonNegative(`${at}.minReadySeconds`, spec.minReadySeconds),
    ...nonNegative(`${at}.revisionHistoryLimit`, spec.revisionHistoryLimit),
    ...selectorErrors(at, spec),
    ...template(at, spec, LONG_RUNNING),
  ];
}

function selectorErrors(at: string, spec: JsonObject): FieldError[] {
  const podLabels = objectAt(spec, 'template', 'metadata', 'labels') ?? {};
  const mismatch = (): FieldError =>
    invalid(`${at}.template.metadata.labels`, podLabels, '`selector` does not match template `labels`');
  const selector = objectAt(spec, 'selector');
  if (!selector) return [required(`${at}.selector`), mismatch()];
  const errors = labels(`${at}.selector.matchLabels`, selector.matchLabels);
  if (Object.keys(selector).length === 0) {
    errors.push(invalid(`${at}.selector`, {}, 'empty selector is invalid for deployment'));
    return errors;
  }
  const text = Object.fromEntries(Object.entries(podLabels).map(([key, value]) => [key, wordOf(value)]));
  if (!selects(selector, text)) errors.push(mismatch());
  return errors;
}

function strategyErrors(spec: JsonObject): FieldError[] {
  const strategy = objectAt(spec, 'strategy');
  if (!strategy) return [];
  const type = textAt(strategy, 'type') ?? 'RollingUpdate';
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    return strategy.rollingUpdate === undefined ? [] : [forbidden('spec.strategy.rollingUpdate', detail)];
  }
  if (type !== 'RollingUpdate') return [notSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])];
  const [surge, unavailable] = ['maxSurge', 'maxUnavailable'].map((key) => child(strategy, 'rollingUpdate', key));
  const errors = [...share('maxUnavailable', unavailable), ...share('maxSurge', surge)];
  if (isZero(surge) && isZero(unavailable)) {
    errors.push(
      invalid('spec.strategy.rollingUpdate.maxUnavailable', unavailable ?? 0, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  return errors;
}

const isZero = (value: JsonValue | undefined): boolean => value === 0 || value === '0' || value === '0%';

function share(name: string, value: JsonValue | undefined): FieldError[] {
  const field = `spec.strategy.rollingUpdate.${name}`;
  if (typeof value !== 'string') return nonNegative(field, value);
  return /^\d+%$/.test(value)
    ? []
    : [
        invalid(
          field,
          value,
          "a valid percent string must be a numeric value followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
}

function deadlineErrors(spec: JsonObject): FieldError[] {
  const deadline = spec.progressDeadlineSeconds;
  const ready = typeof spec.minReadySeconds === 'number' ? spec.minReadySeconds : 0;
  const errors = nonNegative('spec.progressDeadlineSeconds', deadline);
  if (typeof deadline === 'number' && deadline <= ready) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function updateStrategyErrors(spec: JsonObject): FieldError[] {
  const type = textAt(spec, 'updateStrategy', 'type');
  const allowed = ['RollingUpdate', 'OnDelete'];
  return type === undefined || allowed.includes(type) ? [] : [notSupported('spec.updateStrategy.type', type, allowed)];
}

function jobErrors(at: string, spec: JsonObject): FieldError[] {
  return [
    ...['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished'].flatMap(
      (key) => nonNegative(`${at}.${key}`, spec[key]),
    ),
    ...template(at, spec, JOB_POLICIES),
  ];
}

/** Five fields, each a number, range, step, list, star or name; or one of the @ words. */
const CRON =
  /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|@every \S+|([\d*/,\-?]+\s+){4}[\d*/,\-?A-Za-z]+|([\d*/,\-?]+\s+){3}[\d*/,\-?A-Za-z]+\s+[\d*/,\-?A-Za-z]+)$/;

function cronErrors(spec: JsonObject): FieldError[] {
  const schedule = textAt(spec, 'schedule') ?? '';
  const errors: FieldError[] = [];
  if (schedule === '') errors.push(required('spec.schedule'));
  else if (!CRON.test(schedule.trim())) {
    const fields = schedule.trim().split(/\s+/);
    const detail =
      fields.length === 5
        ? `failed to parse int from ${fields.find((field) => !/^[\d*/,\-?]+$/.test(field)) ?? schedule}`
        : `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
    errors.push(invalid('spec.schedule', schedule, detail));
  }
  const policy = textAt(spec, 'concurrencyPolicy');
  const allowed = ['Allow', 'Forbid', 'Replace'];
  if (policy !== undefined && !allowed.includes(policy))
    errors.push(notSupported('spec.concurrencyPolicy', policy, allowed));
  const job = child(spec, 'jobTemplate', 'spec');
  return [...errors, ...(isObject(job) ? jobErrors('spec.jobTemplate.spec', job) : [])];
}
