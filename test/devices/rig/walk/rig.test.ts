// What the rig does on the wire besides writing the right history: it sends nothing that a failed check forbids, and what an
// interrupted attempt leaves behind is taken up by the next.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EFFECTS } from '../../../../src/migration/observations.ts';
import { STEP_IDS } from '../../../../src/migration/steps.ts';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { VARIOUS1 } from '../../../../src/rules/builtInRules.ts';
import { DAY, HOUR } from '../../../../src/time.ts';
import { isSettled } from '../../../../devices/headend/rotate.ts';
import { canStrike } from '../../../../devices/link/realise.ts';
import { listed } from '../../../../devices/rig/bench/parties.ts';
import { runPlan, type Plan } from '../../../../devices/rig/run/plan.ts';
import type { PlannedEffect } from '../../../../devices/rig/bench/plannedEvent.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { home, numberWakingAt } from '../../../differential/rigPlans.ts';
import { ledgerKeys, NOW, sameKeys } from '../../headend/stage.ts';

interface Given {
  readonly wanAge?: number;
  readonly hanAge?: number;
  readonly effects?: readonly (PlannedEffect | undefined)[];
  readonly displayBlocked?: boolean;
}

function planOf({ wanAge = HOUR, hanAge = HOUR, effects = [undefined], displayBlocked = false }: Given): Plan {
  return {
    installation: home('IOC', true),
    number: numberWakingAt(NOW - hanAge),
    rules: VARIOUS1,
    epclEntryFrom: 0,
    displayBlocked,
    hanContacts: new Set(effects.map((_, week) => NOW + week * 7 * DAY - hanAge)),
    contactsNeeded: 1,
    events: effects.flatMap((effect, week) => {
      const at = NOW + week * 7 * DAY;
      return [
        { kind: 'contact', at: at - wanAge, reached: true } as const,
        { kind: 'attempt', at, esmeOnly: false, pick: 0, ...(effect && { effect }) } as const,
      ];
    }),
  };
}

/** Frames of a run, less those of the scheduled contact's client. */
function runCounted(plan: Plan) {
  const frames = { all: 0, management: 0 };
  const run = runPlan(plan, {
    onFrame: (_, __, call) => {
      frames.all += 1;
      if (call.client === 1) frames.management += 1;
    },
  });
  const untouched = listed(run.dcc).every(({ ledger }) => ledger.rows.length === 2 && ledger.outstanding.length === 0);
  const devices = [run.home.installation.chf, run.home.installation.esme, run.home.installation.gsme!];
  const old = devices.every((device) => device.keyring.keys === LAB_KEYS);
  return { ...run, frames, untouched, old, devices };
}

describe('rotation never starts', () => {
  const strikes = STEP_IDS.flatMap((step) =>
    EFFECTS.filter((effect) => effect !== 'none' && canStrike(step, effect)).map((effect) => ({ step, effect })),
  );
  const BEFORE = STEP_IDS.slice(0, STEP_IDS.indexOf('rotateKeys'));
  test.each(strikes.filter(({ step }) => BEFORE.includes(step)))(
    'the rotation never starts if $step met $effect',
    (effect) => {
      const { untouched, old, frames } = runCounted(planOf({ effects: [effect] }));
      expect(untouched).toBe(true);
      expect(old).toBe(true);
      // No device is spoken to before the data are in order.
      if (BEFORE.indexOf(effect.step) < BEFORE.indexOf('wanRecent')) expect(frames.management).toBe(0);
    },
  );

  test.each([
    ['the WAN contact is older than 5.12(c) allows', { wanAge: 7 * DAY + 1 }],
    ['the gas meter is silent beyond its window', { hanAge: 72 * HOUR + 1 }],
    ['a display is outside the definition', { displayBlocked: true }],
  ])('the rotation never starts if %s', (_, given) => {
    const { untouched, old } = runCounted(planOf(given));
    expect(untouched).toBe(true);
    expect(old).toBe(true);
  });

  test('the rotation starts if the contact is one second younger, so the check can fail', () => {
    const { untouched, old, steps } = runCounted(planOf({ wanAge: 7 * DAY, hanAge: 72 * HOUR }));
    expect(steps.at(-1)).toMatchObject({ step: 'commission', observation: 'answered' });
    expect(untouched).toBe(false);
    expect(old).toBe(false);
  });
});

test('an attempt that migrates leaves keys of the DCC alone, whatever earlier attempts left half done', () => {
  const silences = fc.record({
    step: fc.constantFrom('rotateKeys' as const, 'commission' as const),
    effect: fc.constant('silence' as const),
    silence: fc.constantFrom('drop' as const, 'answersDropped' as const, 'cut' as const),
    fromFrame: fc.integer({ min: 1, max: 45 }),
  });
  const others = fc.constantFrom<PlannedEffect>(
    { step: 'rotateKeys', effect: 'wrongKey' },
    { step: 'rotateKeys', effect: 'refusal' },
    { step: 'commission', effect: 'refusal' },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(silences, others), { maxLength: 4 }), (effects) => {
      const run = runCounted(planOf({ effects: [...effects, undefined] }));
      expect(run.attempts.at(-1)!.outcome).toBe('ok');
      const peers = [run.dcc.chf, run.dcc.esme, run.dcc.gsme!];
      for (const [i, device] of run.devices.entries()) {
        expect(isSettled(peers[i]!)).toBe(true);
        expect(sameKeys(ledgerKeys(peers[i]!), device.keyring.keys)).toBe(true);
        expect(device.keyring.keys.guek).not.toEqual(LAB_KEYS.guek);
        expect(device.keyring.keys.gak).not.toEqual(LAB_KEYS.gak);
      }
    }),
    { numRuns: 60 },
  );
});

test('a history from the wire goes straight into the engine, and three weeks of silence are three strikes', () => {
  const effect = { step: 'wanRecent', effect: 'silence' } as const;
  const run = runCounted(planOf({ effects: [effect, effect, effect] }));
  const history = { installation: home('IOC', true), attempts: run.attempts, events: [] };
  const { verdicts } = evaluate(history, VARIOUS1, NOW + 15 * DAY);
  expect(verdicts.map(({ category }) => category)).toEqual(['no-wan-attempting']);
  expect(run.contacts.filter(({ link }) => link === 'wan')).toHaveLength(3);
});

test('the same plan gives the same bytes', () => {
  const bytes = (): string[] => {
    const out: string[] = [];
    runPlan(planOf({ effects: [{ step: 'commission', effect: 'silence' }, undefined] }), {
      onFrame: ({ bytes: frame }) => out.push(Buffer.from(frame).toString('hex')),
    });
    return out;
  };
  expect(bytes()).toEqual(bytes());
});
