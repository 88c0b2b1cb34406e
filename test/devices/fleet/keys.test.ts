// The keys of a whole fleet: own ones at first, new ones after a rotation, and one of two where a rotation was cut short.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY_NAMES, type KeySet } from '../../../devices/cosem/deviceKeyring.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { Peer } from '../../../devices/headend/associate.ts';
import { KeyLedger } from '../../../devices/headend/keyLedger.ts';
import type { Procedure } from '../../../devices/headend/procedure.ts';
import { isSettled, recover, rotate } from '../../../devices/headend/rotate.ts';
import { labKeySource } from '../../../devices/headend/keySource.ts';
import { DEVICE_KINDS, LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { firstKeys } from '../../../devices/personas/firstKeys.ts';
import { Home } from '../../../devices/rig/bench/home.ts';
import { complete } from '../../../devices/rig/run/play.ts';
import type { PlanStage } from '../../../devices/rig/run/plan.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { seedWords, STREAMS } from '../../../sim/world/dice/streams.ts';
import { sampleSize } from '../../sampleSize.ts';
import { repeat, seedText } from '../../seed.ts';
import { fleetBench, type FleetRan } from './fleetBench.ts';

const bench = fleetBench();
afterAll(bench.stop);
const SEED = seedText(import.meta.filename, 'keys');
const AGAIN = repeat(import.meta.filename, SEED);
const HOMES = sampleSize('FLEET_HOMES', { whole: 40, part: 6 });
/** Frames from which an attempt's rotation is struck: before, between and after the two transfers. */
const FRAMES = sampleSize('FLEET_FRAMES', { whole: 40, part: 8 });

const struck = Array.from(
  { length: FRAMES },
  (_, i) => `
  struck${i}:
    installations: 1
    preparation: false
    attempts: { firstDay: 1, overDays: 0, max: 1 }
    faults: [{ attempt: 1, step: rotateKeys, effect: silence, silence: ${i % 2 === 0 ? 'drop' : 'answersDropped'}, fromFrame: ${1 + i * (FRAMES > 20 ? 1 : 3)}, pick: 3 }]`,
);
const FLEET = `
name: keys
seed: '${SEED}'
days: 3
groups:
  well: { installations: ${HOMES}, preparation: false, attempts: { firstDay: 1, overDays: 0 } }
  single: { installations: 2, installation: { gas: false, cohort: FOC }, preparation: false, attempts: { firstDay: 1, overDays: 0 } }
  wrong: { installations: 2, installation: { masterKey: wrong }, preparation: false, attempts: { firstDay: 1, overDays: 0, max: 1 } }
${struck.join('')}
`;

interface DeviceOf {
  readonly where: string;
  readonly home: string;
  readonly first: KeySet;
  readonly peer: Peer;
  readonly stage: PlanStage;
}

let ran: FleetRan;
const stages = new Map<string, PlanStage>();
const migrated = new Set<string>();
/** Groups by id of their homes. */
const groups = new Map<string, string>();
let devices: DeviceOf[];

beforeAll(async () => {
  const setup = bench.setup(FLEET);
  ran = await bench.run(setup, { onStage: (id, stage) => void stages.set(id, stage) });
  for (const { name, first, document } of setup.groups)
    for (let i = 0; i < document.installations; i += 1) groups.set(String(first + i), name);
  for (const [id, { attempts }] of ran.histories)
    if (attempts.some(({ outcome }) => outcome === 'ok')) migrated.add(id);
  devices = [...stages].flatMap(([id, stage]) =>
    DEVICE_KINDS.flatMap((kind) => {
      const device = stage.home.device(kind);
      const peer = stage.dcc[kind];
      if (device === undefined || peer === undefined) return [];
      return [
        { where: `${kind} of ${id} (${groups.get(id)}): ${AGAIN}`, home: id, first: device.identity.keys, peer, stage },
      ];
    }),
  );
});

const liveOf = ({ peer, stage }: DeviceOf): KeySet => stage.home.device(peer.call.device)!.keyring.keys;

/** Does something with a device on a link of its own. */
function onLink<T>({ stage }: DeviceOf, procedure: Procedure<T>): T {
  const timers = virtualTimers(Date.UTC(2022, 1, 14, 10));
  const { installation } = stage.home;
  const home = new Home({ timers, number: 1, gas: installation.gsme !== undefined, framing: 'wrapper', installation });
  home.scheduleUntil(undefined);
  return complete(procedure, { timers, dial: home.dial, framing: 'wrapper' }, timers);
}

/** Opens a device with what a ledger knows. */
function opens(of: DeviceOf, ledger: KeyLedger): boolean {
  return onLink(of, recover({ ...of.peer, ledger })).ok;
}

describe('the keys of a fleet', () => {
  test('are its own at first: no two devices share one, none is of the lab, and the seed alone gives them', () => {
    const first = devices.flatMap(({ first: keys }) => KEY_NAMES.map((name) => toHex(keys[name])));
    expect(first.length).toBeGreaterThan(4 * 3 * HOMES);
    expect(new Set(first).size).toBe(first.length);
    for (const name of KEY_NAMES) expect(first).not.toContain(toHex(LAB_KEYS[name]));
    for (const { first: keys, stage, peer } of devices)
      expect(firstKeys(SEED, stage.home.device(peer.call.device)!.systemTitle)).toEqual(keys);
    const [other] = devices;
    const title = other!.stage.home.device(other!.peer.call.device)!.systemTitle;
    expect(firstKeys(`${SEED}2`, title)).not.toEqual(other!.first);
  });

  test('are new after a rotation: no two devices share one, the ledgers have them, and the old ones open nothing', () => {
    const rotated = devices.filter(({ home }) => migrated.has(home));
    expect(rotated.length).toBeGreaterThanOrEqual(3 * HOMES);
    const all = devices.flatMap((one) => [liveOf(one).guek, liveOf(one).gak].map(toHex));
    expect(new Set(all).size).toBe(all.length);
    const before = new Set(devices.flatMap(({ first }) => KEY_NAMES.map((name) => toHex(first[name]))));
    for (const one of rotated) {
      const { peer, first, where } = one;
      const live = liveOf(one);
      expect([before.has(toHex(live.guek)), before.has(toHex(live.gak))], where).toEqual([false, false]);
      expect(isSettled(peer), where).toBe(true);
      const known = peer.ledger.keys({ gak: 'active', guek: 'active' });
      expect([toHex(known.guek), toHex(known.gak)], where).toEqual([toHex(live.guek), toHex(live.gak)]);
      expect(opens(one, new KeyLedger(first)), `the old keys, ${where}`).toBe(false);
      for (const half of [
        { ...first, guek: live.guek },
        { ...first, gak: live.gak },
      ])
        expect(opens(one, new KeyLedger(half)), `one old key, ${where}`).toBe(false);
      expect(opens(one, peer.ledger), `the ledger, ${where}`).toBe(true);
    }
  });

  test('are one of the two that the ledger names where a rotation was cut short, and every device opens', () => {
    const cut = devices.filter(({ home }) => groups.get(home)!.startsWith('struck'));
    expect(cut.length).toBe(3 * FRAMES);
    const doubts = new Set<string>();
    for (const one of cut) {
      const { peer, where } = one;
      const live = liveOf(one);
      const pairs = peer.ledger.candidates();
      doubts.add(pairs.length === 1 ? 'certain' : 'in doubt');
      const isNamed = pairs.some((pair) => {
        const keys = peer.ledger.keys(pair);
        return toHex(keys.guek) === toHex(live.guek) && toHex(keys.gak) === toHex(live.gak);
      });
      expect(isNamed, where).toBe(true);
      peer.ledger.unlock();
      expect(opens(one, peer.ledger), where).toBe(true);
    }
    expect([...doubts].sort()).toEqual(['certain', 'in doubt']);
    // Once the links heal each is rotated to the end, and its first keys open it no more.
    const draws = labKeySource(new Stream(seedWords(`${SEED} anew`), 0, STREAMS.labKeys), 1);
    for (const one of cut) {
      const { peer, first, where } = one;
      const rotatedTo = onLink(one, rotate(peer, { keySource: draws, tries: 2 }));
      expect(rotatedTo, where).toEqual({ kind: 'rotated' });
      expect(opens(one, new KeyLedger(first)), where).toBe(false);
    }
    const all = devices.flatMap((one) => [liveOf(one).guek, liveOf(one).gak].map(toHex));
    expect(new Set(all).size).toBe(all.length);
  });

  test('stay as they are where the Master Key is wrong', () => {
    const wrong = devices.filter(({ home }) => groups.get(home) === 'wrong');
    expect(wrong.length).toBe(6);
    for (const one of wrong) {
      const live = liveOf(one);
      for (const name of KEY_NAMES) expect(toHex(live[name]), one.where).toBe(toHex(one.first[name]));
    }
  });

  test('stand in no record, turn, note or text form', () => {
    const results = [...ran.histories].map(([id, { results: own }]) => [id, own]);
    const told = JSON.stringify([ran.taken, ran.notes, ran.order, results, ran.failure?.message]).toUpperCase();
    const shown = JSON.stringify(devices.map(({ peer }) => peer)).toUpperCase();
    for (const one of devices)
      for (const keys of [one.first, liveOf(one)])
        for (const name of KEY_NAMES) {
          expect(told.includes(toHex(keys[name])), `${name}, ${one.where}`).toBe(false);
          expect(shown.includes(toHex(keys[name])), `${name}, ${one.where}`).toBe(false);
          expect(told.includes(Buffer.from(keys[name]).toString('base64').toUpperCase()), one.where).toBe(false);
        }
  });
});
