import { CAPABILITIES } from '../../../src/adapters/github/github.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { createCheckout } from '../../support/forge-contract/checkout.ts';
import { forgeContract } from '../../support/forge-contract/contract.ts';
import type { Person, StartWorld } from '../../support/forge-contract/world.ts';
import { forgeOn } from './client.ts';

const startWorld: StartWorld = async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const { bot, reviewer } = sandbox;
  await sandbox.createRepository('acme', 'contract', {
    files: {
      'README.md': '# shop\n',
      'apps/web/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n',
      'bin/run.sh': { content: '#!/bin/sh\n', mode: '100755' },
      'apps/link.yaml': { content: 'web/deployment.yaml', mode: '120000' },
    },
    private: true,
  });
  const reader = sandbox.addUser('reader');
  const stranger = sandbox.addUser('stranger');
  sandbox.grant('acme', 'contract', 'reader', 'read');
  const people: Readonly<Record<Person, { readonly login: string; readonly token: string }>> = {
    writer: reviewer,
    reader,
    stranger,
  };
  const on = { repository: { owner: 'acme', name: 'contract' } };
  const at = ['acme', 'contract'] as const;
  const forge = forgeOn(github, on);
  return {
    forge,
    login: bot.login,
    over: (send) => forgeOn(github, { ...on, fetch: send }),
    as: async (person) => forgeOn(github, { ...on, auth: { token: people[person].token } }),
    trusting: async () => forge,
    checkout: await createCheckout(t, github.gitUrl(...at), reviewer.token),
    loginOf: (person) => people[person].login,
    comment: async (number, person, body) => void (await sandbox.comment(...at, number, people[person].login, body)),
    // Any writer of GitHub's API puts labels on; this one is not Remendo's word.
    label: async (number, name) => void (await forge.writer.setLabels(number, [name])),
    merge: async (number, method) => void (await sandbox.merge(...at, number, { method })),
    close: (number) => sandbox.closePull(...at, number),
    open: (title, head) => sandbox.openPull(...at, { by: reviewer.login, title, head }),
    async openFromFork(head, fork) {
      const files = { [`${fork}.yaml`]: head };
      const branch = `${head}-of-fork`;
      await sandbox.commitFiles(...at, { branch, from: 'main', files, message: 'x' });
      await sandbox.openPull(...at, { by: 'mallory', title: 'Trust me', head: branch, fork });
    },
    archive: async () => sandbox.archive(...at),
    isCommit: (method, path) => method === 'POST' && path.endsWith('/git/commits'),
    isMove: (method, path) => method === 'PATCH' && path.includes('/git/refs/'),
  };
};

// docs.github.com, "Update a reference": `force` asks for nothing to be compared.
forgeContract(CAPABILITIES, startWorld, { atomicMove: false });
