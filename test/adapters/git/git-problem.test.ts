import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitProblem } from '../../../src/adapters/git/git-problem.ts';

const URL = 'https://git.example.com/shop/gitops.git';

test('a certificate that nobody here vouches for: the remedy names the authority, not the network', () => {
  for (const said of [
    `fatal: unable to access '${URL}/': server certificate verification failed. CAfile: none CRLfile: none`,
    `fatal: unable to access '${URL}/': SSL certificate problem: unable to get local issuer certificate`,
  ]) {
    const { code, hint } = gitProblem(said, URL);
    assert.equal(code, 'repository-unreachable');
    assert.match(hint ?? '', /GIT_SSL_CAINFO/);
  }
  assert.equal(
    gitProblem(`fatal: unable to access '${URL}/': Could not resolve host: git.example.com`, URL).hint,
    undefined,
  );
});
