import { z } from 'zod';
import type { ImageRef } from '../../domain/image-ref.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RegistryError } from '../../ports/registry.ts';
import { wholeAnswer } from '../connection/whole-answer.ts';
import { parseChallenge, tokenUrl } from './challenge.ts';
import { isPlain, registryRoot } from './hosts.ts';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How registries are asked. */
export interface RegistryOptions {
  /** Credentials by registry as images name it (`docker.io`, `ghcr.io`, `registry.local:5000`). */
  readonly credentials?: (registry: string) => Credentials | undefined;
  /** Registries that are spoken to over plain HTTP; loopback addresses always are. */
  readonly insecureHosts?: readonly string[];
  readonly fetch?: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** Limit of one request, in milliseconds. */
  readonly timeoutMilliseconds?: number;
  /** How long an answer is remembered, in seconds; errors are remembered for a tenth of it. */
  readonly ttlSeconds?: number;
}

/** One request to a registry that follows its demand for a token; the body is left to the caller. */
export type RegistryClient = (
  image: ImageRef,
  path: string,
  request: { readonly method: 'GET' | 'HEAD'; readonly accept: string },
  signal?: AbortSignal,
) => Promise<Result<Response, RegistryError>>;

const Token = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});
const DEFAULT_TOKEN_SECONDS = 60;
const MAX_TOKENS = 500;

/**
 * Asks registries; keeps the tokens that it was given for as long as they are good, at most 500. Error code:
 * `unreachable`.
 */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const { clock, log, insecureHosts = [], timeoutMilliseconds = 10_000 } = options;
  const send = options.fetch ?? fetch;
  const tokens = new Map<string, { header: string; until: number }>();

  const limited = (signal?: AbortSignal): AbortSignal => {
    const timeout = AbortSignal.timeout(timeoutMilliseconds);
    return signal ? AbortSignal.any([signal, timeout]) : timeout;
  };

  const authorize = async (response: Response, image: ImageRef, signal?: AbortSignal): Promise<string | undefined> => {
    const challenge = parseChallenge(response.headers.get('www-authenticate'));
    const credentials = options.credentials?.(image.registry);
    const basic =
      credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (challenge?.scheme !== 'bearer') return challenge && basic;
    const url = tokenUrl(challenge, image.repository);
    // A registry over plain HTTP could name any realm: credentials go over plain HTTP only where the registry itself does.
    if (url.protocol !== 'https:' && !isPlain(image.registry, insecureHosts)) return undefined;
    const sent = await send(url, { headers: basic ? { authorization: basic } : {}, signal: limited(signal) });
    const answer = await wholeAnswer(sent);
    if (!answer.ok) return undefined;
    const token = Token.safeParse(await answer.json());
    const text = token.success ? (token.data.token ?? token.data.access_token) : undefined;
    if (text === undefined || !token.success) return undefined;
    if (tokens.size >= MAX_TOKENS) tokens.clear();
    const seconds = Math.min(token.data.expires_in ?? DEFAULT_TOKEN_SECONDS, 3600);
    tokens.set(keyOf(image), { header: `Bearer ${text}`, until: clock.now().getTime() + (seconds - 5) * 1000 });
    return `Bearer ${text}`;
  };

  return async (image, path, { method, accept }, signal) => {
    const url = path.startsWith('http') ? path : `${registryRoot(image.registry, insecureHosts)}${path}`;
    const ask = (authorization?: string): Promise<Response> =>
      send(url, { method, headers: { accept, ...(authorization ? { authorization } : {}) }, signal: limited(signal) });
    try {
      const known = tokens.get(keyOf(image));
      let response = await ask(known && known.until > clock.now().getTime() ? known.header : undefined);
      if (response.status === 401) {
        await response.body?.cancel();
        const authorization = await authorize(response, image, signal);
        if (authorization !== undefined) response = await ask(authorization);
      }
      return ok(response);
    } catch (error) {
      const reason = error instanceof Error ? causeOf(error) : String(error);
      log.debug({ registry: image.registry, repository: image.repository, reason }, 'registry not reached');
      return err({ code: 'unreachable', message: `${image.registry} cannot be reached: ${reason}` });
    }
  };
}

/** The error that stands for an HTTP status; undefined for success. A 404 is left to the caller where it has a meaning. */
export function errorOf(response: Response, image: ImageRef): RegistryError | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  const what = `${image.registry}/${image.repository}`;
  if (status === 404) return { code: 'not-found', message: `${what} does not exist` };
  if (status === 401 || status === 403) return { code: 'unauthorized', message: `${what} needs a credential` };
  if (status === 429) return { code: 'rate-limited', message: `${image.registry} answers "too many requests"` };
  return { code: 'unreachable', message: `${image.registry} answered with status ${status}` };
}

function keyOf(image: ImageRef): string {
  return `${image.registry}/${image.repository}`;
}

function causeOf(error: Error): string {
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  return cause instanceof Error ? cause.message || cause.name : error.message;
}
