import * as fc from 'fast-check';
import type { Replica } from './ground.ts';
import type { File } from './estate.ts';
import { BEHAVIOURS, VARIANTS } from './estate.ts';

/** What somebody, or something, beside Remendo does. `nth` counts Remendo's pull requests, newest first. */
export type Act =
  | { readonly act: 'push'; readonly file: File; readonly variant: string }
  | { readonly act: 'behave'; readonly file: File; readonly as: string }
  | { readonly act: 'merge'; readonly nth: number; readonly method: 'merge' | 'squash' | 'rebase' }
  | {
      readonly act:
        | 'close'
        | 'reopen'
        | 'retry'
        | 'unlabel'
        | 'end-label'
        | 'drop-block'
        | 'edit-body'
        | 'delete-comments'
        | 'delete-branch'
        | 'advance-branch'
        | 'update-branch'
        | 'rewrite-branch';
      readonly nth: number;
    }
  | { readonly act: 'comment'; readonly nth: number; readonly by: 'reviewer' | 'mallory'; readonly text: string }
  | { readonly act: 'other-pull'; readonly file: File; readonly open: boolean }
  | { readonly act: 'rewrite-main' | 'rename-folder' }
  | {
      readonly act: 'argo';
      readonly does: 'never-sync' | 'stuck' | 'skip' | 'manual' | 'delete' | 'rename' | 'release' | 'drift' | 'usual';
    }
  | { readonly act: 'cluster'; readonly fault: 'blind-pods' | 'blind-applications' | 'unreachable' | 'broken' | 'none' }
  | { readonly act: 'clock'; readonly ahead: number };

/** What goes wrong with one request of a pass: the `at`th write for a kill, else the `at`th request. */
export type Trouble =
  | { readonly kind: 'kill-before' | 'kill-after'; readonly at: number; readonly forget: boolean }
  | { readonly kind: (typeof FAULTS)[number]; readonly at: number }
  | { readonly kind: 'person'; readonly at: number; readonly what: Act };

export type Step =
  | { readonly step: 'pass'; readonly who: Replica | 'both'; readonly trouble?: Trouble }
  | { readonly step: 'wait'; readonly seconds: number }
  | { readonly step: 'act'; readonly what: Act };

const FAULTS = [
  'bad-gateway',
  'bad-gateway-after',
  'reset',
  'reset-after',
  'secondary-rate-limit',
  'primary-rate-limit',
  'forbidden',
  'unauthorized',
  'not-found',
  'html',
] as const;

const none = Array.from({ length: 5 }, () => 'none' as const);
const nth = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 }));
const files = ['orders', 'bills', 'riddle'] as const;
const file = fc.constantFrom(...files);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...files.flatMap((name) => Object.keys(VARIANTS[name]).map((variant) => [name, variant] as const)))
      .map(([name, variant]): Act => ({ act: 'push', file: name, variant })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...files.flatMap((name) => Object.keys(BEHAVIOURS[name]).map((as) => [name, as] as const)))
      .map(([name, as]): Act => ({ act: 'behave', file: name, as })),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('merge'),
      nth,
      method: fc.constantFrom('merge', 'squash', 'rebase'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('close', 'reopen', 'retry'), nth }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom(
        'close',
        'reopen',
        'retry',
        'unlabel',
        'end-label',
        'drop-block',
        'edit-body',
        'delete-comments',
        'delete-branch',
        'advance-branch',
        'update-branch',
        'rewrite-branch',
      ),
      nth,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('comment'),
      nth,
      by: fc.constantFrom('reviewer', 'reviewer', 'mallory'),
      text: fc.constantFrom('/remendo revert', '/remendo revert', '> /remendo revert'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('other-pull'), file, open: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('rewrite-main', 'rename-folder') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('argo'),
      does: fc.constantFrom(
        'never-sync',
        'stuck',
        'skip',
        'manual',
        'delete',
        'rename',
        'release',
        'drift',
        ...Array.from({ length: 6 }, () => 'usual' as const),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('cluster'),
      fault: fc.constantFrom('blind-pods', 'blind-applications', 'unreachable', 'broken', ...none),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('clock'), ahead: fc.constantFrom(0, 0, 40, -40, 3600, -3600, 86_400) }),
  },
);

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('kill-before', 'kill-after'),
    at: fc.integer({ min: 1, max: 9 }),
    forget: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom(...FAULTS), at: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('person'), at: fc.integer({ min: 1, max: 30 }), what: act }),
);

const who = fc.constantFrom('a', 'a', 'b', 'new', 'both');

const passes = fc.oneof(
  fc.record({ step: fc.constant('pass'), who }),
  fc.record({ step: fc.constant('pass'), who, trouble }),
);

/** One step of a walk. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: passes },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('wait'), seconds: fc.constantFrom(10, 25, 25, 60, 150) }) },
  { weight: 5, arbitrary: fc.record({ step: fc.constant('act'), what: act }) },
);

const wait = (seconds: number): Step => ({ step: 'wait', seconds });
const does = (what: Act): Step => ({ step: 'act', what });

/** Steps that belong together: without them hardly any pull request would come to its end. */
const scene: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 4, arbitrary: step.map((one) => [one]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('merge', 'squash', 'rebase'), passes, step, passes)
      .map(([method, first, between, second]) => [
        does({ act: 'merge', nth: 0, method }),
        wait(25),
        first,
        between,
        wait(25),
        second,
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('close', 'merge'), passes, fc.constantFrom('retry', 'reopen'), passes)
      .map(([how, first, then, second]) => [
        does(how === 'merge' ? { act: 'merge', nth: 0, method: 'squash' } : { act: 'close', nth: 0 }),
        first,
        does({ act: then, nth: 0 }),
        second,
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('typo', 'good'), file, passes)
      .map(([variant, name, first]) => [does({ act: 'push', file: name, variant }), wait(25), first]),
  },
);

/** A walk of so many scenes. */
export const scenes = (count: number): fc.Arbitrary<Step[]> =>
  fc.array(scene, { minLength: 1, maxLength: count, size: 'max' }).map((list) => list.flat());
