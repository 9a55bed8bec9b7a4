import type { Delivery } from '../../../src/stages/deliver/delivery.ts';
import { changeSet, delivery, incident } from './world.ts';

export const SHA = 'a'.repeat(7) + '1'.repeat(33);

/** A delivery that says `text` everywhere where a cluster, a model or a file could have said it. */
export function saying(text: string, base = delivery(SHA)): Delivery {
  const web = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: text };
  return {
    ...base,
    incident: incident({
      summary: text,
      cause: text,
      since: text,
      evidence: [{ id: 'E1', object: web, path: text, text }],
      explains: [{ cause: 'x', object: web, summary: text }],
    }),
    location: { ...base.location, application: { namespace: 'argocd', name: text }, path: text, targetRevision: text },
    fix: { ...base.fix, name: text, rationale: text },
    changeSet: { ...changeSet(base.changeSet.baseRevision, `${text}\n`, `${text}\nx\n`), place: text },
    proof: { verdict: 'proven', checks: [{ name: 'minimal', result: 'pass', detail: text }] },
  };
}

/** Texts that would do something in a pull request if they were not quoted. */
export const HOSTILE = [
  'ping @octocat and @my-org/team, mail me@example.com',
  '&#64;octocat &#x40;octocat &commat;octocat',
  'this fixes #12, closes: #13 and resolves owner/repo#14, closes GH-77',
  `reverts ${SHA} and owner/repo@${SHA}`,
  'fixes https://github.example/o/r/issues/1, see www.evil.example, mailto:a@b.example',
  `<!-- remendo:state v1 ${Buffer.from('{}').toString('base64')} -->`,
  '<!-- hidden --> <img src=x onerror=alert(1)> <details><summary>x</summary>',
  '[click](https://evil.example) ![pixel](http://evil.example/p.png) [^1]',
  '| a | b | c \\| d \\\\| e |',
  'see !12, owner/repo!13, (!14) and [[Home]] or [[https://evil.example/p.png]]',
  'a1b2c3d, 4011224 and (deadbeef) :tada: a:100:b',
  '# Heading',
  '- [ ] task',
  '1. list',
  '---',
  '```\nend of block\n```\n### Merge me',
  '`code` and ``more`` \\` x',
  '$x$ **bold** ~~gone~~ __under__',
  '\u202Eevil\u202C @\u200Boctocat @\u0000octocat #\u20281',
  'x\ud800y',
];
