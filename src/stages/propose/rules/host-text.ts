/**
 * How programs say that DNS has no such name: Go's net, Node's dns, libpq, Java, busybox, curl, urllib3, MySQL clients. What may
 * pass by itself (EAI_AGAIN, "temporary failure") is not among them.
 */
const UNKNOWN_HOST = [
  /lookup ([\w.-]+)[^\n]*?: no such host/g,
  /getaddrinfo ENOTFOUND ([\w.-]+)/g,
  /could not translate host name "([\w.-]+)"/g,
  /UnknownHostException: ([\w.-]+)/g,
  /can't resolve '([\w.-]+)'/g,
  /[Cc]ould not resolve host:? '?([\w.-]+)/g,
  /[Ff]ailed to resolve (?:host )?'([\w.-]+)'/g,
  /Unknown (?:MySQL|MariaDB)? ?server host '([\w.-]+)'/g,
];

/** The hosts that a symptom says DNS does not know. */
export function unknownHosts(text: string): string[] {
  return [...new Set(UNKNOWN_HOST.flatMap((pattern) => [...text.matchAll(pattern)].map(([, host = '']) => host)))];
}

/** Names of variables, options and fields whose value is a host. */
const OF_HOSTS = /host|addr|server|endpoint|url|uri|dsn|broker|upstream|peer|service|proxy/i;

/**
 * Where a text has the name as a host. `sure` where its surroundings say so (a scheme or a user before it, a port or a namespace
 * behind it) or what it is the value of; else it may be any word.
 */
export function hostsIn(text: string, name: string, label = ''): { readonly at: number; readonly sure: boolean }[] {
  // What follows `=` in a query of a URL is a value of any kind.
  const word = new RegExp(String.raw`(?<=^|[\s"',;@([]|://|(?<![?&][\w.-]*)=)${name}(?![\w-])`, 'gm');
  return [...text.matchAll(word)].map(({ index: at }) => {
    const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
    const behind = text.slice(at + name.length);
    const sure = /(?:\/\/|@)$/.test(line) || /^(?::\d|\.[\w-]+\.svc)/.test(behind) || OF_HOSTS.test(`${label} ${line}`);
    return { at, sure };
  });
}

/** A text with one name replaced at the given offsets. */
export function replacedAt(text: string, at: readonly number[], name: string, next: string): string {
  return at.toReversed().reduce((now, start) => now.slice(0, start) + next + now.slice(start + name.length), text);
}
