import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsOf } from './commands.ts';

test('the commands of a document are what a person would paste, one by one', () => {
  const text = `Words.

\`\`\`sh
npm ci

helm install x charts/x \\
  --set a=b
\`\`\`

\`\`\`yaml
not: a command
\`\`\`

\`\`\`sh
cat > file <<'END'
a \\

END
rm file
\`\`\`
`;
  assert.deepEqual(commandsOf(text), [
    'npm ci',
    'helm install x charts/x \\\n  --set a=b',
    "cat > file <<'END'\na \\\n\nEND",
    'rm file',
  ]);
});

test('a command without an end is an error of the document', () => {
  assert.throws(() => commandsOf("```sh\ncat <<'END'\na\n```\n"), /has no end/);
});
