import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { REDACTED } from '../../../../src/domain/redact.ts';
import type { Section } from '../../../../src/stages/propose/llm/fence.ts';
import { fence } from '../../../../src/stages/propose/llm/fence.ts';
import { proposerWith } from './ask.ts';
import { answer, CONTAINER, pricing, scene } from './scene.ts';

const NO_FIX = { decision: 'no-fix', reason: 'unsure', evidence: [], changes: [] };

describe('what the model is asked', () => {
  it('holds incident, evidence, declared objects, recent changes and logs', async () => {
    const { proposer, requests } = proposerWith(() => NO_FIX);
    const context = scene();
    await proposer.propose(context);
    const user = requests[0]?.user ?? '';
    for (const part of [
      'cause: crash/exit-code',
      'E2: Pod orders/pricing-7c89dd6df6-4sztg status.containerStatuses[name=pricing].lastState.terminated: Error: unknown flag: --prot',
      '- --prot=8080',
      'commit aaaaaaa "pricing: flag" (Ada, 2026-01-01)',
      'args[0]: "--port=8080" -> "--prot=8080"',
      'log of container pricing, current run',
      'log of container pricing, previous run',
      'declared Service orders/pricing',
      'targetPort: http',
    ]) {
      assert.ok(user.includes(part), `${part}\n---\n${user}`);
    }
    assert.ok(!user.includes('unrelated') && !user.includes('ResourceQuota'), user);
    assert.deepEqual(context.logRequests, [
      'pricing-7c89dd6df6-4sztg/pricing',
      'pricing-7c89dd6df6-4sztg/pricing previous',
    ]);
  });

  it('holds nothing from the cluster or Git in the instructions', async () => {
    const { proposer, requests } = proposerWith(() => NO_FIX);
    await proposer.propose(scene());
    assert.ok(!/pricing|orders|prot|Ada/.test(requests[0]?.system ?? ''));
  });

  it('holds no secret, wherever it stands', async () => {
    const { proposer, requests } = proposerWith(() => NO_FIX);
    await proposer.propose(
      scene({
        logs: 'connecting with password=hunter5\nAuthorization: Bearer abcdef123456\nknown-secret-of-remendo\n',
        evidence: ['dial postgres://app:hunter4@db/orders failed'],
        declared: pricing(['--api-token=hunter6']),
        earlier: [pricing(['--api-token=hunter7'], { env: [{ name: 'DB_PASSWORD', value: 'hunter8' }] })],
      }),
    );
    const sent = JSON.stringify(requests);
    for (const secret of ['hunter', 'abcdef123456', 'very-secret', 'known-secret-of-remendo'])
      assert.ok(!sent.includes(secret), secret);
    assert.ok(sent.includes(REDACTED));
  });

  it('passes a second opinion before it is sent', async () => {
    const { proposer, requests } = proposerWith(() => NO_FIX, {
      secondOpinion: async (text) => text.replaceAll('EUR', 'gone'),
    });
    await proposer.propose(scene());
    assert.ok(requests[0]?.user.includes('--currency=gone') && !requests[0].user.includes('EUR'));
  });

  it('stays within its size: logs lose their begin, the failing object is never cut', async () => {
    const logs = `${'old line\n'.repeat(20_000)}last line`;
    const { proposer, requests } = proposerWith(() => NO_FIX, { mostPromptTokens: 3000 });
    await proposer.propose(scene({ logs }));
    const [request] = requests;
    assert.ok(request && request.system.length + request.user.length <= 9000);
    assert.ok(request.user.includes('last line') && request.user.includes('--currency=EUR'));
    const large = proposerWith(() => NO_FIX, { mostPromptTokens: 3000 });
    const said = await large.proposer.propose(scene({ declared: pricing(['x'.repeat(20_000)]) }));
    assert.ok(said?.kind === 'declined' && said.reason.includes('too large'));
    assert.equal(large.requests.length, 0);
  });
});

const long = (title: string): Section => ({ title, text: 'x'.repeat(500), keep: 'head', limit: 500 });

describe('fence', () => {
  const section = fc.record({
    title: fc.constantFrom('log', 'evidence', 'declared Deployment a/b'),
    text: fc.string({ unit: fc.constantFrom('a', '=', '\n', ' ', '=== END', '=== DATA', 'é', '\ud800') }),
    keep: fc.constantFrom('head' as const, 'tail' as const),
    limit: fc.integer({ min: 1, max: 400 }),
  }) satisfies fc.Arbitrary<Section>;

  it('has one begin and one end a section, and no text inside can make another', () => {
    fc.assert(
      fc.property(fc.array(section), fc.integer({ min: 0, max: 3000 }), (sections, most) => {
        const out = fence(sections, most) ?? '';
        assert.ok(out.length <= most);
        const marks = out.split('\n').filter((line) => /^\s*===/.test(line));
        const shown = marks.length / 2;
        assert.ok(Number.isInteger(shown) && shown <= sections.length);
        for (const [i, line] of marks.entries()) {
          assert.match(line, i % 2 === 0 ? /^=== DATA [0-9a-f]{12} .* ===$/ : /^=== END [0-9a-f]{12} ===$/);
        }
      }),
    );
  });

  it('leaves out what is worth least', () => {
    const out = fence([long('first'), long('second'), long('third')], 1400) ?? '';
    assert.ok(out.includes('first') && out.includes('second') && !out.includes('third'));
    assert.equal(fence([long('first'), { ...long('whole'), whole: true }], 700), undefined);
  });
});

it('asks nothing about logs where the incident names no container', async () => {
  const { proposer } = proposerWith(() => answer(`${CONTAINER}.args[0]`, 'replace', '--port=8080'));
  const context = scene();
  const { container: _, ...incident } = context.incident;
  const said = await proposer.propose({ ...context, incident });
  assert.equal(said?.kind, 'fix');
  assert.deepEqual(context.logRequests, []);
});
