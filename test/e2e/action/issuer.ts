import { createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { Bench } from '../bad-input/support.ts';
import { serveTls } from '../bad-input/support.ts';

/** Claims of a token of GitHub Actions: docs.github.com, "OpenID Connect reference". Times are added. */
export type Claims = Readonly<Record<string, string>>;

/** What a job of `main` in `OWNER/NAME` gets, on a schedule and in no environment. */
export const MAIN: Claims = {
  jti: 'example-id',
  sub: 'repo:OWNER/NAME:ref:refs/heads/main',
  aud: 'kubernetes',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  ref_protected: 'true',
  sha: '0123456789abcdef0123456789abcdef01234567',
  repository: 'OWNER/NAME',
  repository_id: '74',
  repository_owner: 'OWNER',
  repository_owner_id: '65',
  repository_visibility: 'private',
  actor: 'octocat',
  actor_id: '12',
  workflow: 'Remendo',
  workflow_ref: 'OWNER/NAME/.github/workflows/propose.yml@refs/heads/main',
  job_workflow_ref: 'OWNER/NAME/.github/workflows/propose.yml@refs/heads/main',
  head_ref: '',
  base_ref: '',
  event_name: 'schedule',
  runner_environment: 'github-hosted',
  run_id: '30433642',
  run_number: '10',
  run_attempt: '2',
};

/** Stands in for token.actions.githubusercontent.com, behind the certificate of a bench. */
export interface Issuer {
  readonly url: string;
  /** A token with these claims; `lives` in seconds from now. `forged`: signed by somebody else. */
  token(claims: Claims, more?: { readonly lives?: number; readonly forged?: boolean }): string;
}

export async function startIssuer(bench: Pick<Bench, 'cluster' | 'later'>): Promise<Issuer> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'cc413527-173f-5a05-976e-9c52b1d7b431';
  const jwks = { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), use: 'sig', kid, alg: 'RS256' }] };
  const url = await serveTls(bench, (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/jwks') return void response.end(JSON.stringify(jwks));
    response.end(
      JSON.stringify({
        issuer: url,
        jwks_uri: `${url}/.well-known/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public', 'pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
      }),
    );
  });
  return {
    url,
    token(claims, { lives = 600, forged = false } = {}) {
      const exp = Math.floor(Date.now() / 1000) + lives;
      const iat = exp - 900;
      const payload = { ...claims, iss: url, iat, nbf: iat - 300, exp };
      return sign({ typ: 'JWT', alg: 'RS256', kid, x5t: kid }, payload, (forged ? strangers : keys).privateKey);
    },
  };
}

function sign(header: object, payload: object, key: KeyObject): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`;
}

/** Where a runner asks for its token: answers what `token` gives, to who has the secret and names the audience. */
export async function startRunner(
  bench: Pick<Bench, 'later'>,
  token: (audience: string) => string,
): Promise<Readonly<Record<string, string>>> {
  const secret = `runner-${process.pid}`;
  const server = createServer((request, response) => {
    const audience = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('audience');
    if (request.headers.authorization !== `bearer ${secret}` || audience === null) {
      return void response.writeHead(401).end();
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: token(audience) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bench.later(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    // GitHub's own address has a query already.
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
  };
}
