// The kernel's walk against the table of steps. That the table is right is for test/src. A fault that acts on a step which the
// walk was told nothing can strike is not in question here.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COHORTS } from '../../../../src/installation/cohort.ts';
import type { CheckLimits, Facts } from '../../../../src/migration/facts.ts';
import { OBSERVATION_OF_EFFECT, OBSERVATIONS, type Effect } from '../../../../src/migration/observations.ts';
import { STEP_IDS, STEPS, STEPS_OF_COHORT, type StepId } from '../../../../src/migration/steps.ts';
import { beginWalk, checkStep, currentStep, nextStep, type WalkEnd } from '../../../../src/migration/walk.ts';
import { DAY, HOUR, instant, WEEK } from '../../../../src/time.ts';
import { OBSERVATION_BITS, WALK_PASSED } from '../../../../sim/kernel/life/lifeWalk.ts';
import { seedNumber } from '../../../seed.ts';
import { kernelWalk } from './walks.ts';

const SEED = seedNumber(import.meta.filename, 7);
const AT = instant('2022-01-10T10:00:00Z');

/** Ages at the edges of the windows, and well on either side. */
const age = (window: number) => fc.constantFrom(0, window - 1, window, window + 1, 10 * window);
const facts: fc.Arbitrary<Facts> = fc.record({
  at: fc.constant(AT),
  lastWanContact: age(WEEK).map((seconds) => AT - seconds),
  lastHanContact: age(72 * HOUR).map((seconds) => AT - seconds),
  epclEntryFrom: fc.constantFrom(0, AT, AT + 1, AT - DAY),
  displayBlocked: fc.constantFrom(0, 0, 1),
});
const limits: fc.Arbitrary<CheckLimits> = fc.record({
  wanWindowSeconds: fc.constantFrom(WEEK, 3 * DAY),
  gt01WindowSeconds: fc.constantFrom(72 * HOUR, WEEK),
  windowEdgeSeconds: fc.constantFrom(0, 1),
  judgesOldNews: fc.constantFrom(0, 1),
  epclChecked: fc.constantFrom(0, 1),
});

/** Effects that a step can show; most steps are left alone. */
function effectsOf(steps: readonly StepId[]): fc.Arbitrary<readonly Effect[]> {
  return fc.tuple(
    ...steps.map((id) => {
      const shown = (Object.keys(OBSERVATION_OF_EFFECT) as Effect[]).filter(
        (effect) => STEPS[id].codes[OBSERVATION_OF_EFFECT[effect]] !== undefined,
      );
      return fc.oneof(
        { weight: 6, arbitrary: fc.constant<Effect>('none') },
        { weight: 1, arbitrary: fc.constantFrom<Effect>(...shown) },
      );
    }),
  );
}

function byTable(
  steps: readonly StepId[],
  of: { facts: Facts; limits: CheckLimits; effects: readonly Effect[]; gsme: boolean },
): WalkEnd {
  let state = beginWalk(steps, { hasGsme: of.gsme, esmeOnly: false });
  for (;;) {
    const step = currentStep(state) as StepId;
    const checked = checkStep(step, of.facts, of.limits);
    const effect = of.effects[steps.indexOf(step)] as Effect;
    const next = nextStep(state, checked === 'answered' ? OBSERVATION_OF_EFFECT[effect] : checked);
    if ('end' in next) return next;
    state = next;
  }
}

const walks: readonly (readonly [string, readonly StepId[]])[] = [
  ...COHORTS.map((cohort) => [cohort, STEPS_OF_COHORT[cohort]] as const),
  ['R1', ['wanRecent', 'rotateKeys', 'hanRecent', 'deviceState']] as const,
];

describe.each(walks)('the walk of %s', (_, steps) => {
  test('a walk ends where the table says, with the observation that the table says', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(
        facts,
        limits,
        effectsOf(steps),
        fc.boolean(),
        fc.constantFrom('all', 'struck'),
        (f, l, e, gsme, asked) => {
          const isStruck = (id: StepId) => asked === 'all' || e[steps.indexOf(id)] !== 'none';
          const observe = (position: number) => OBSERVATIONS.indexOf(OBSERVATION_OF_EFFECT[e[position] as Effect]);
          const result = kernelWalk(steps, { facts: f, limits: l, observe, gsme, isStruck });
          const end = byTable(steps, { facts: f, limits: l, effects: e, gsme });
          if (end.end !== 'failed') expect(result).toBe(WALK_PASSED);
          else {
            expect(steps[result >> OBSERVATION_BITS]).toBe(end.step);
            expect(OBSERVATIONS[result & ((1 << OBSERVATION_BITS) - 1)]).toBe(end.observation);
          }
          reached.add(end.end === 'failed' ? `${end.step} ${end.observation}` : end.end);
        },
      ),
      { numRuns: 4000, seed: SEED },
    );
    const failures = STEP_IDS.filter((id) => steps.includes(id)).flatMap((id) =>
      Object.keys(STEPS[id].codes).map((observation) => `${id} ${observation}`),
    );
    expect(['ok', ...failures].filter((end) => !reached.has(end))).toEqual([]);
  });
});
