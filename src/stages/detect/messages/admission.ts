import type { RefusalFacts } from '../../../domain/finding.ts';

type Amounts = NonNullable<RefusalFacts['resources']>;

/** A refusal taken apart, with what it says that does not exist. */
export interface Refusal extends RefusalFacts {
  readonly missing?: {
    readonly kind: 'ServiceAccount' | 'PriorityClass' | 'RuntimeClass';
    readonly name: string;
    readonly field: 'serviceAccountName' | 'priorityClassName' | 'runtimeClassName';
  };
}

/**
 * Reads what admission says to a pod (`pods "x" is forbidden: ...`), in the words of k8s.io/apiserver and of the
 * plugins under k8s.io/kubernetes/plugin/pkg/admission; `other` where the words are not known.
 */
export function parseRefusal(message: string): Refusal {
  return (
    parseQuota(message) ??
    parsePodSecurity(message) ??
    parseServiceAccount(message) ??
    parseClass(message) ??
    parseWebhook(message) ??
    parseLimitRange(message) ?? { by: 'other' }
  );
}

function parseQuota(message: string): Refusal | undefined {
  const exceeded = /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: ([^\s]*?)\.?$/m.exec(message);
  if (exceeded) {
    const [, name = '', requested = '', used = '', limited = ''] = exceeded;
    const [usedBy, limitedTo] = [amounts(used), amounts(limited)];
    const resources = [...amounts(requested)].map(([resource, amount]) => ({
      resource,
      requested: amount,
      ...optional('used', usedBy.get(resource)),
      ...optional('limited', limitedTo.get(resource)),
      bound: 'max' as const,
    }));
    return { by: 'quota', name, resources };
  }
  const unset = /failed quota: ([^:]+): must specify (.*)$/m.exec(message);
  if (!unset) return undefined;
  const [, name = '', list = ''] = unset;
  const resources = list.split(';').flatMap((part): Amounts[number][] => {
    const [names = '', containers] = part.split(' for: ');
    const of = (containers ?? '').split(',').map((text) => text.trim());
    return names
      .split(',')
      .flatMap((resource) =>
        of.map((container) => ({ resource: resource.trim(), ...optional('container', container || undefined) })),
      );
  });
  return { by: 'quota', name, resources };
}

function amounts(list: string): Map<string, string> {
  const pairs = list.split(',').map((pair) => pair.trim().split('='));
  return new Map(pairs.map(([resource = '', amount = '']) => [resource, amount]));
}

function parseLimitRange(message: string): Refusal | undefined {
  const resources: Amounts[number][] = [];
  const bound =
    /(maximum|minimum) (\S+) usage per (?:Container|Pod|PersistentVolumeClaim) is ([^\s,]+?)(?:, but (limit|request) is ([^\s,\]]+)|\.\s+No (limit|request) is specified)/g;
  for (const [, which, resource, limited, kind, requested, unset] of message.matchAll(bound)) {
    resources.push({
      resource: `${(kind ?? unset) === 'limit' ? 'limits' : 'requests'}.${resource}`,
      ...optional('requested', requested?.replace(/\.$/, '')),
      ...optional('limited', limited),
      bound: which === 'maximum' ? 'max' : 'min',
    });
  }
  const ratio = /(\S+) max limit to request ratio per \w+ is ([^\s,]+), but provided ratio is ([^\s,\]]+)/g;
  for (const [, resource = '', limited = '', requested = ''] of message.matchAll(ratio)) {
    resources.push({ resource: `ratio.${resource.replace(/^\[/, '')}`, requested, limited, bound: 'max' });
  }
  return resources.length > 0 ? { by: 'limit-range', resources } : undefined;
}

function parsePodSecurity(message: string): Refusal | undefined {
  const match = /violates PodSecurity "([^"]+)": ([\s\S]+)$/.exec(message);
  if (!match) return undefined;
  const [, name = '', list = ''] = match;
  const violations = splitOutsideParentheses(list).map((item) => {
    const at = item.indexOf(' (');
    return at < 0
      ? { demand: item, detail: '' }
      : { demand: item.slice(0, at), detail: item.slice(at + 2).replace(/\)$/, '') };
  });
  return { by: 'pod-security', name, violations };
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')') depth--;
    if (text[i] !== ',' || depth > 0) continue;
    parts.push(text.slice(start, i));
    start = i + 1;
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
}

function parseServiceAccount(message: string): Refusal | undefined {
  const name =
    /serviceaccount "([^"]+)" not found/.exec(message)?.[1] ??
    /error looking up service account [^/\s]+\/(\S+?):/.exec(message)?.[1];
  return name === undefined
    ? undefined
    : {
        by: 'service-account',
        name,
        missing: { kind: 'ServiceAccount', name, field: 'serviceAccountName' },
      };
}

/** Of the plugins Priority and RuntimeClass. */
function parseClass(message: string): Refusal | undefined {
  const priority = /no PriorityClass with name (\S+) was found/.exec(message)?.[1];
  if (priority !== undefined)
    return { by: 'other', missing: { kind: 'PriorityClass', name: priority, field: 'priorityClassName' } };
  const runtime = /RuntimeClass "([^"]+)" not found/.exec(message)?.[1];
  return runtime === undefined
    ? undefined
    : { by: 'other', missing: { kind: 'RuntimeClass', name: runtime, field: 'runtimeClassName' } };
}

function parseWebhook(message: string): Refusal | undefined {
  const webhook = /(?:admission webhook "([^"]+)" denied|failed calling webhook "([^"]+)")/.exec(message);
  const name = webhook?.[1] ?? webhook?.[2];
  if (name !== undefined) return { by: 'webhook', name, ...(webhook?.[2] === undefined ? {} : { unasked: true }) };
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  return policy === undefined ? undefined : { by: 'policy', name: policy };
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  const entry: { [P in K]?: string } = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}
