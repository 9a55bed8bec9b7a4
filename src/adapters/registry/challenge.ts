/** What a registry asks for in `WWW-Authenticate` (RFC 9110; distribution's token authentication). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** Reads the first challenge of a known scheme; undefined where there is none. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const bearer = /\bbearer\s+(.*)$/i.exec(header ?? '')?.[1];
  if (bearer !== undefined) {
    const fields = new Map<string, string>();
    for (const [, key = '', quoted, plain] of bearer.matchAll(/(?<![a-z])([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/gi)) {
      fields.set(key.toLowerCase(), quoted ?? plain ?? '');
    }
    const realm = fields.get('realm');
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const service = fields.get('service');
    const scope = fields.get('scope');
    return {
      scheme: 'bearer',
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return /\bbasic\b/i.test(header ?? '') ? { scheme: 'basic' } : undefined;
}

/** Where to ask for a token that may pull `repository`. */
export function tokenUrl(challenge: Challenge & { scheme: 'bearer' }, repository: string): URL {
  const url = new URL(challenge.realm);
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  url.searchParams.set('scope', challenge.scope ?? `repository:${repository}:pull`);
  return url;
}
