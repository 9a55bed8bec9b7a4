import type { ModelAnswer, ModelQuestion } from '../sandbox/model/server.ts';

/**
 * What the scripted model says. It reads the question as a model would: by what the log says. Where the log does not tell,
 * it says that it does not know.
 */
export function answer({ user }: ModelQuestion): ModelAnswer {
  const evidence = [...user.matchAll(/\bE\d+\b/g)].slice(0, 1).map(([id]) => id);
  if (user.includes('unknown flag: --prot')) {
    return fix('pricing', evidence, 'The log says that --prot is unknown and that --port is meant.', [
      {
        op: 'replace',
        field: 'spec.template.spec.containers[name=pricing].args[0]',
        value: JSON.stringify('--port=8080'),
      },
    ]);
  }
  return {
    json: { decision: 'no-fix', reason: 'The evidence does not say what is wrong.', evidence: [], changes: [] },
  };
}

function fix(
  name: string,
  evidence: string[],
  reason: string,
  operations: { op: string; field: string; value: string }[],
): ModelAnswer {
  const object = { kind: 'Deployment', namespace: 'shop', name };
  return { json: { decision: 'fix', reason, evidence, changes: [{ object, operations }] } };
}
