import * as http from 'node:http';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';

const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;

/**
 * Sends what goes to forges, models and registries through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name;
 * git and the cluster's client look there by themselves. Addresses without a scheme get one in `env`, as curl takes them.
 * Needs Node 24.14 (`http.setGlobalProxyFromEnv`); before that `NODE_USE_ENV_PROXY=1` does it from 24.0 on.
 * Error code: `proxy-invalid`.
 */
export function useEnvironmentProxy(env: NodeJS.ProcessEnv): Problem | undefined {
  const named = NAMES.filter((name) => (env[name] ?? '') !== '');
  if (named.length === 0) return undefined;
  for (const name of named) {
    const address = env[name] ?? '';
    const whole = address.includes('://') ? address : `http://${address}`;
    if (!URL.canParse(whole)) {
      // The address may hold a password: it is not quoted.
      const hint = 'http://HOST:PORT, or nothing for a direct way';
      return problem('proxy-invalid', `${name} is not the address of a proxy`, { hint });
    }
    env[name] = whole;
  }
  // Not in the types yet.
  if ('setGlobalProxyFromEnv' in http && typeof http.setGlobalProxyFromEnv === 'function') {
    try {
      http.setGlobalProxyFromEnv(env);
    } catch {
      return problem('proxy-invalid', `${named.join(', ')}: this kind of proxy cannot be used`, {
        hint: 'only http:// and https:// proxies can',
      });
    }
  }
  return undefined;
}
