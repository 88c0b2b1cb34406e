// The tables of keys and rotation, and what they claim. That the wire behaves so is test/devices/headend's to show.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ADVERSARIES,
  afterRotation,
  CLAIMS,
  PLANS,
  type AdversaryId,
  type PlanId,
} from '../../../src/keys/adversaries.ts';
import { KEY_FACTS, KEY_TYPES, LEDGER, LEDGER_EVENTS, LEDGER_STATES, ledgerAfter } from '../../../src/keys/keyring.ts';
import { atom, closure, powers, rotateOnPaper, type RotationStep } from '../../../src/keys/knowledge.ts';
import {
  CANDIDATES,
  candidatePairs,
  RECOVERY_ASSOCIATIONS_MAX,
  ROTATION,
  ROTATION_EVENTS,
  ROTATION_STATES,
  rotationAfter,
} from '../../../src/keys/rotation.ts';
import { SOURCES } from '../../../src/regulation/sources.ts';

describe('the tables', () => {
  test('a transition that the tables lack is refused with an error', () => {
    for (const state of LEDGER_STATES) {
      for (const event of LEDGER_EVENTS) {
        const next = LEDGER[state][event];
        if (next) expect(ledgerAfter(state, event)).toBe(next);
        else expect(() => ledgerAfter(state, event)).toThrow(state);
      }
    }
    for (const state of ROTATION_STATES) {
      for (const event of ROTATION_EVENTS) {
        const next = ROTATION[state][event];
        if (next) expect(rotationAfter(state, event)).toBe(next);
        else expect(() => rotationAfter(state, event)).toThrow(state);
      }
    }
  });

  test('an old key ends only through its successor, and an ended key stays ended', () => {
    expect(LEDGER.ACTIVE.refused).toBeUndefined();
    expect(LEDGER.EXPIRED).toEqual({});
    expect(LEDGER.WITHDRAWN).toEqual({});
  });

  test('every state is reached from settled, and settled is reached from every state', () => {
    const reach = (from: (typeof ROTATION_STATES)[number]): Set<string> => {
      const seen = new Set<(typeof ROTATION_STATES)[number]>([from]);
      for (const state of seen) for (const next of Object.values(ROTATION[state])) seen.add(next);
      return seen;
    };
    for (const state of ROTATION_STATES) {
      expect(reach('settled').has(state)).toBe(true);
      expect(reach(state).has('settled')).toBe(true);
    }
  });

  test('only a send brings doubt, and only an answer that verifies ends it', () => {
    for (const state of ROTATION_STATES) {
      const doubtful = CANDIDATES[state].length > 1;
      expect(doubtful).toBe(state === 'sent' || state === 'acknowledged');
    }
    expect(ROTATION_EVENTS.some((event) => /exception|lost|rejected/.test(event))).toBe(false);
  });

  test('there are at most four pairs of keys, and every pair that may be live is among them', () => {
    for (const gak of ROTATION_STATES) {
      for (const guek of ROTATION_STATES) {
        const pairs = candidatePairs({ gak, guek });
        expect(pairs.length).toBeLessThanOrEqual(RECOVERY_ASSOCIATIONS_MAX);
        expect(new Set(pairs.map((pair) => `${pair.gak} ${pair.guek}`)).size).toBe(pairs.length);
        expect(pairs).toContainEqual({ gak: 'active', guek: 'active' });
      }
    }
  });
});

describe('claims', () => {
  test.each(CLAIMS)('$adversary, $plan: $says', ({ adversary, plan, powers: claimed, sources }) => {
    expect(afterRotation(adversary, plan)).toEqual(claimed);
    for (const source of sources) expect(SOURCES[source]).toBeDefined();
  });

  test('facts cite sources that exist', () => {
    for (const { source } of Object.values(KEY_FACTS)) expect(SOURCES[source]).toBeDefined();
  });

  test('a claim that is wrong is found', () => {
    const wrong = { decrypt: false, associate: false, install: false };
    expect(afterRotation('smsoRecording', 'full')).not.toEqual(wrong);
  });

  test('recording never helps an adversary without the KEK, and never harms it', () => {
    for (const plan of Object.keys(PLANS) as PlanId[]) {
      const without = afterRotation('smsoWithoutKek', plan);
      expect(without.install).toBe(false);
      if (plan !== 'none' && plan !== 'gakOnly') expect(without.decrypt).toBe(false);
      for (const adversary of Object.keys(ADVERSARIES) as AdversaryId[]) {
        const { decrypt, associate, install } = afterRotation(adversary, plan);
        // Who may install may associate, and who may associate may read.
        expect(!install || associate).toBe(true);
        expect(!associate || decrypt).toBe(true);
      }
    }
  });
});

describe('knowledge', () => {
  const start = { guek: 0, gak: 0, kek: 0 };
  const plan = fc.array(
    fc.record<RotationStep>({ type: fc.constantFrom(...KEY_TYPES), path: fc.constantFrom('wire', 'outOfBand') }),
    { maxLength: 8 },
  );
  const some = fc.subarray(KEY_TYPES.map((type) => atom(type, 0)));

  test('an adversary that misses one transfer of the GUEK never reads again, whatever it records afterwards', () => {
    fc.assert(
      fc.property(plan, fc.nat(7), (steps, missed) => {
        const { transfers, live } = rotateOnPaper(start, [{ type: 'guek', path: 'wire' }, ...steps]);
        const all = KEY_TYPES.map((type) => atom(type, 0));
        const known = closure(all, transfers.slice(1 + Math.min(missed, transfers.length)));
        expect(powers(known, live).decrypt).toBe(false);
      }),
    );
  });

  test('an adversary with every key and every frame keeps its power, unless a key comes by another path', () => {
    fc.assert(
      fc.property(plan, (steps) => {
        const { transfers, live } = rotateOnPaper(start, steps);
        const known = closure(
          KEY_TYPES.map((type) => atom(type, 0)),
          transfers,
        );
        const isShown = steps.every(({ path }) => path === 'wire');
        if (isShown) expect(powers(known, live)).toEqual({ decrypt: true, associate: true, install: true });
      }),
    );
  });

  test('the closure grows with knowledge and with recordings, and does not depend on their order', () => {
    fc.assert(
      fc.property(plan, some, fc.nat(), (steps, known, cut) => {
        const { transfers } = rotateOnPaper(start, steps);
        const whole = closure(known, transfers);
        const part = closure(known, transfers.slice(cut % (transfers.length + 1)));
        for (const key of part) expect(whole.has(key)).toBe(true);
        for (const key of known) expect(part.has(key)).toBe(true);
        expect(closure(known, transfers.toReversed())).toEqual(whole);
      }),
    );
  });
});
