// The law of links: an effect, once decided, looks to a head-end as the table says. With bytes, for every step and effect that has
// a code, every way of falling silent, both framings; test/differential/rig.test.ts holds whole attempts to it.
import { describe, expect, test } from 'vitest';
import { EFFECTS, OBSERVATION_OF_EFFECT } from '../../../src/migration/observations.ts';
import { STEP_IDS, STEPS } from '../../../src/migration/steps.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { HOUR } from '../../../src/time.ts';
import { CLEAR, counted, fromFrame, SILENCE_NAMES, SILENCES } from '../../../devices/link/condition.ts';
import { canStrike, HEARS, realise, silencesStep, UNTOUCHED } from '../../../devices/link/realise.ts';
import { runPlan } from '../../../devices/rig/run/plan.ts';
import { passed } from '../../../devices/transport/framePolicy.ts';
import { home, numberWakingAt } from '../../differential/rigPlans.ts';
import { NOW } from '../headend/stage.ts';

const strikes = STEP_IDS.flatMap((step) =>
  EFFECTS.filter((effect) => canStrike(step, effect)).map((effect) => [step, effect] as const),
);

function observe(
  effect: Parameters<typeof runPlan>[0]['events'][number] & { kind: 'attempt' },
  framing: 'wrapper' | 'hdlc',
) {
  const run = runPlan(
    {
      installation: home('FOC', true),
      number: numberWakingAt(NOW - HOUR),
      rules: VARIOUS1,
      epclEntryFrom: 0,
      displayBlocked: false,
      hanContacts: new Set([NOW - HOUR]),
      contactsNeeded: 1,
      events: [{ kind: 'contact', at: NOW - HOUR, reached: true }, effect],
    },
    { framing },
  );
  return run.steps;
}

describe.each(['wrapper', 'hdlc'] as const)('over %s: observe(realise(effect)) = table(effect)', (framing) => {
  test.each(strikes)('%s, %s', (step, effect) => {
    const steps = observe({ kind: 'attempt', at: NOW, esmeOnly: false, pick: 0, effect: { step, effect } }, framing);
    expect(steps.find((taken) => taken.step === step)?.observation).toBe(OBSERVATION_OF_EFFECT[effect]);
    // And it strikes there alone.
    for (const taken of steps) if (taken.step !== step) expect(taken.observation).toBe('answered');
  });

  test('a silence that begins in the middle of a step is the same silence', () => {
    const seen = new Set<string>();
    for (let frame = 1; ; frame += 1) {
      const effect = { step: 'rotateKeys', effect: 'silence', fromFrame: frame } as const;
      const steps = observe({ kind: 'attempt', at: NOW, esmeOnly: true, pick: 0, effect }, framing);
      const { observation } = steps.find((taken) => taken.step === 'rotateKeys')!;
      seen.add(observation);
      if (observation === 'answered') break;
      expect(observation).toBe('noAnswer');
    }
    expect([...seen]).toEqual(['noAnswer', 'answered']);
  });
});

describe('the tables of realisation', () => {
  test('an effect without a code is refused, loudly', () => {
    expect(canStrike('wanRecent', 'wrongKey')).toBe(false);
    expect(() => realise('wrongKey', 'wanRecent')).toThrow('cannot strike');
    expect(realise('none', 'commission')).toBe(UNTOUCHED);
  });

  test('every way of falling silent is noticed somewhere, and every step that hears a device can be silenced', () => {
    for (const silence of SILENCE_NAMES) {
      expect(STEP_IDS.some((step) => silencesStep(silence, step, { gsme: true }))).toBe(true);
    }
    for (const step of STEP_IDS) {
      const canFallSilent = SILENCE_NAMES.some((silence) => silencesStep(silence, step, { gsme: true }));
      expect(canFallSilent).toBe(HEARS[step].length > 0);
      expect(canFallSilent).toBe(STEPS[step].codes.noAnswer !== undefined);
    }
    expect(silencesStep('sleepyMissed', 'rotateKeys', { gsme: false })).toBe(false);
  });

  test('frames are counted over all the links that a policy is given to', () => {
    const policy = counted(fromFrame(SILENCES.drop.condition(), 3).frames);
    const frame = { frame: 1, nth: 1, direction: 'c2s', bytes: new Uint8Array([1]), atMilliseconds: 0 } as const;
    expect([1, 2, 3, 4].map(() => policy.admit(frame).deliveries.length)).toEqual([1, 1, 0, 0]);
    expect(policy.frames).toBe(4);
    expect(CLEAR.frames.admit(frame)).toEqual(passed(frame.bytes));
  });
});
