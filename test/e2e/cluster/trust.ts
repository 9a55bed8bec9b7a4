import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What makes git trust this file of authorities and nothing else. Debian's folder of all authorities, which git would read
 * besides, takes several times longer than the rest of a request, and the tests make thousands.
 */
export function trustOnly(authorities: string): { readonly GIT_SSL_CAINFO: string; readonly GIT_SSL_CAPATH: string } {
  const none = join(dirname(authorities), 'no-more-authorities');
  mkdirSync(none, { recursive: true });
  return { GIT_SSL_CAINFO: authorities, GIT_SSL_CAPATH: none };
}
