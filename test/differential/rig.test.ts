// Kernel = rig in memory. What this does not prove: that either is right about SMETS1 devices (suite 0 is a stand-in), or that
// the fault models draw the effects that real links have; only that an effect, once decided, ends as the same record in both.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COHORTS } from '../../src/installation/cohort.ts';
import { EFFECTS, OBSERVATION_OF_EFFECT, type Effect } from '../../src/migration/observations.ts';
import { STEP_IDS, STEPS_OF_COHORT, type StepId } from '../../src/migration/steps.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { DAY, HOUR, instant } from '../../src/time.ts';
import { SILENCE_NAMES } from '../../devices/link/condition.ts';
import { canStrike, silencesStep } from '../../devices/link/realise.ts';
import { runPlan, type Plan } from '../../devices/rig/run/plan.ts';
import type { PlannedAttempt, PlannedEffect, PlannedEvent } from '../../devices/rig/bench/plannedEvent.ts';
import { home, kernelRun, numberWakingAt } from './rigPlans.ts';
import { sampleSize } from '../sampleSize.ts';

const AT = instant('2022-02-14T10:00:00Z');
/** The baseline's rules, but a gas meter is judged by old news while the WAN is down. */
const OLD_NEWS: RuleSet = { ...VARIOUS1, readings: { ...VARIOUS1.readings, gt01WithoutWan: 'lastNews' } };
const WAN_WINDOW = 7 * DAY;
const GT01_WINDOW = 72 * HOUR;

interface Case {
  readonly cohort?: Plan['installation']['cohort'];
  readonly gas?: boolean;
  readonly esmeOnly?: boolean;
  readonly wanAge?: number;
  readonly hanAge?: number;
  readonly effect?: PlannedEffect;
  readonly wanDown?: boolean;
  readonly rules?: RuleSet;
  readonly at?: number;
  readonly epclEntryFrom?: number;
  readonly displayBlocked?: boolean;
  readonly pick?: number;
}

/** One attempt, after one contact of each link at the given ages. */
function planOf(given: Case): Plan {
  const { cohort = 'IOC', gas = true, esmeOnly = false, wanAge = HOUR, hanAge = HOUR, effect } = given;
  const at = given.at ?? AT;
  const heard = at - hanAge;
  const world = effect ? { effect } : given.wanDown ? { wanDown: true as const } : {};
  const attempt: PlannedAttempt = { kind: 'attempt', at, esmeOnly, pick: given.pick ?? 0, ...world };
  return {
    installation: home(cohort, gas),
    number: numberWakingAt(heard),
    rules: given.rules ?? VARIOUS1,
    epclEntryFrom: given.epclEntryFrom ?? 0,
    displayBlocked: given.displayBlocked ?? false,
    hanContacts: new Set([heard]),
    contactsNeeded: 1,
    events: [{ kind: 'contact', at: at - wanAge, reached: true }, attempt],
  };
}

function agree(plan: Plan, options: Parameters<typeof runPlan>[1] = {}): ReturnType<typeof runPlan> {
  const kernel = kernelRun(plan);
  const rig = runPlan(plan, options);
  const migrations = rig.attempts.filter(({ kind }) => kind === 'migration');
  expect(migrations).toEqual(kernel.attempts);
  const failures = kernel.ends.filter((end) => end !== null);
  const observed = rig.steps.filter(({ observation }) => observation !== 'answered');
  expect(observed.map(({ at, step, observation }) => ({ at, step, observation }))).toEqual(failures);
  return rig;
}

const STRIKES: readonly (readonly [StepId, Effect])[] = STEP_IDS.flatMap((step) =>
  EFFECTS.filter((effect) => canStrike(step, effect)).map((effect) => [step, effect] as const),
);

describe('every cohort x step x effect', () => {
  test.each(COHORTS)('%s', (cohort) => {
    const seen = new Set<string>();
    for (const gas of [true, false]) {
      for (const [step, effect] of STRIKES) {
        if (!gas && step === 'hanRecent') continue;
        const rig = agree(planOf({ cohort, gas, effect: { step, effect }, pick: seen.size }));
        seen.add(`${step} ${rig.steps.at(-1)!.observation}`);
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(18);
  });
});

describe('every way of falling silent is one observation', () => {
  const silent = (['wanRecent', 'hanRecent', 'deviceState', 'rotateKeys', 'commission'] as const).flatMap((step) =>
    SILENCE_NAMES.filter((silence) => silencesStep(silence, step, { gsme: true })).map(
      (silence) => [step, silence] as const,
    ),
  );
  test.each(silent)('%s by %s', (step, silence) => {
    for (const framing of ['wrapper', 'hdlc'] as const) {
      const rig = agree(planOf({ effect: { step, effect: 'silence', silence } }), { framing });
      expect(rig.steps.at(-1)).toMatchObject({ step, observation: OBSERVATION_OF_EFFECT.silence });
    }
  });
});

describe("ages at the windows' edges", () => {
  const EDGES = [-1, 0, 1] as const;
  test.each(COHORTS)('%s: WAN and HAN, inclusive and exclusive, with and without gas, ESME alone', (cohort) => {
    const outcomes = new Set<string>();
    for (const windowEdge of ['inclusive', 'exclusive'] as const) {
      const rules: RuleSet = { ...VARIOUS1, readings: { ...VARIOUS1.readings, windowEdge } };
      for (const wan of EDGES) {
        for (const han of EDGES) {
          for (const [gas, esmeOnly] of [
            [true, false],
            [true, true],
            [false, false],
          ] as const) {
            const rig = agree(
              planOf({ cohort, rules, gas, esmeOnly, wanAge: WAN_WINDOW + wan, hanAge: GT01_WINDOW + han }),
            );
            outcomes.add(rig.attempts.at(-1)!.outcome);
          }
        }
      }
    }
    expect([...outcomes].toSorted()).toEqual(['GT01', 'MA112', 'ok', 'ok-esme']);
  });

  test.each(EDGES)(
    'the EPCL entry %i s from the attempt, in the month in which MOC (Secure) is not matched and after',
    (edge) => {
      for (const cohort of COHORTS) {
        for (const at of [instant('2022-01-31T12:00:00Z'), instant('2022-02-01T12:00:00Z')]) {
          agree(planOf({ cohort, at, epclEntryFrom: at + edge }));
        }
      }
    },
  );

  test('a display outside the definition', () => {
    expect(agree(planOf({ displayBlocked: true, pick: 3 })).attempts.at(-1)!.outcome).toMatch(/^SYN-DD/);
  });

  test("facts that the rig learnt over the wire are the plan's, to the second", () => {
    for (const [wanAge, hanAge] of [
      [0, 0],
      [1, 1799],
      [HOUR, 71 * HOUR],
      [WAN_WINDOW, GT01_WINDOW],
      [20 * DAY, 1],
    ] as const) {
      const { rig } = runPlan(planOf({ wanAge, hanAge, effect: { step: 'deviceState', effect: 'refusal' } }));
      const { lastWanContact, lastHanContact } = rig.factsAt(AT);
      expect(AT - lastWanContact).toBe(wanAge);
      // A hub that cannot be expected to answer is not asked.
      expect(AT - lastHanContact).toBe(wanAge > WAN_WINDOW ? AT : hanAge);
    }
  });
});

describe('a gas meter while the WAN is down', () => {
  const outcome = (given: Case): string => agree(planOf({ wanDown: true, ...given })).attempts.at(-1)!.outcome;

  test('is judged by its last news under the reading lastNews, and not at all under the default', () => {
    for (const edge of [-1, 0, 1]) {
      const given: Case = { wanAge: HOUR, hanAge: GT01_WINDOW + edge };
      expect(outcome({ ...given, rules: OLD_NEWS }) === 'GT01').toBe(edge > 0);
      expect(outcome(given)).not.toBe('GT01');
    }
  });

  test('is known of as it was at the last WAN contact: a younger contact does not help', () => {
    const given: Case = { wanAge: GT01_WINDOW + HOUR, hanAge: HOUR, rules: OLD_NEWS };
    expect(outcome(given)).toBe('GT01');
    expect(outcome({ ...given, wanDown: false })).toBe('ok');
    expect(outcome({ ...given, gas: false })).not.toBe('GT01');
    expect(outcome({ ...given, esmeOnly: true })).not.toBe('GT01');
  });
});

/** Weekly attempts with daily contacts; what fails is drawn. Effects repeat, and a half-done rotation is met again. */
const effectArbitrary = fc.option(
  fc.record({
    strike: fc.constantFrom(...STRIKES),
    silence: fc.constantFrom(...SILENCE_NAMES),
  }),
  { nil: undefined, freq: 4 },
);
const planArbitrary = fc
  .record({
    cohort: fc.constantFrom(...COHORTS),
    rules: fc.constantFrom(VARIOUS1, OLD_NEWS),
    gas: fc.boolean(),
    weeks: fc.array(
      fc.record({
        effect: effectArbitrary,
        pick: fc.nat(200),
        esmeOnly: fc.constantFrom(false, false, false, true),
        wanDaysSilent: fc.constantFrom(0, 0, 0, 1, 4, 6, 7),
        hanHeard: fc.constantFrom('lately', 'lately', 'edge', 'past'),
        wanDown: fc.constantFrom(false, false, true),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ cohort, rules, gas, weeks }): Plan => {
    const events: PlannedEvent[] = [];
    const hanContacts = new Set<number>([AT - 20 * DAY]);
    for (const [week, { effect, pick, esmeOnly, wanDaysSilent, hanHeard, wanDown }] of weeks.entries()) {
      const at = AT + week * 7 * DAY;
      for (let day = 7; day >= 1; day -= 1) {
        events.push({ kind: 'contact', at: at - day * DAY + HOUR, reached: day > wanDaysSilent });
      }
      if (hanHeard === 'lately') hanContacts.add(at - HOUR);
      if (hanHeard === 'edge') hanContacts.add(at - GT01_WINDOW);
      let planned: PlannedEffect | undefined;
      if (effect) {
        const [step, kind] = effect.strike;
        const fits = silencesStep(effect.silence, step, { gsme: gas && !esmeOnly });
        planned = { step, effect: kind, ...(kind === 'silence' && fits && { silence: effect.silence }) };
      }
      const world = planned ? { effect: planned } : wanDown ? { wanDown: true as const } : {};
      events.push({ kind: 'attempt', at, esmeOnly: gas && esmeOnly, pick, ...world });
    }
    return {
      installation: home(cohort, gas),
      number: numberWakingAt(AT),
      rules,
      epclEntryFrom: 0,
      displayBlocked: false,
      hanContacts,
      contactsNeeded: 1,
      events,
    };
  });

test('histories of many attempts are equal', () => {
  fc.assert(
    fc.property(planArbitrary, (plan) => void agree(plan)),
    { numRuns: sampleSize('RIG_RUNS', { whole: 120, part: 25 }) },
  );
});

test('every cohort walks the same steps, so that one more step would be met here', () => {
  for (const cohort of COHORTS) expect(STEPS_OF_COHORT[cohort]).toEqual(STEP_IDS);
});

describe('the comparison can fail', () => {
  const plan = planOf({ effect: { step: 'rotateKeys', effect: 'refusal' } });
  test('on an effect that only one side is told of', () => {
    const told = {
      ...plan,
      events: plan.events.map((event) => ('effect' in event ? { ...event, effect: undefined! } : event)),
    };
    expect(runPlan(plan).attempts).not.toEqual(kernelRun(told).attempts);
  });
  test('on an age a second beyond the edge', () => {
    const inside = planOf({ hanAge: GT01_WINDOW });
    const outside = planOf({ hanAge: GT01_WINDOW + 1 });
    expect(runPlan(inside).attempts).not.toEqual(kernelRun(outside).attempts);
  });
});
