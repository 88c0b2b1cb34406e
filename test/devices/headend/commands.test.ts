// Sequences of everything that may happen between a head-end and one device, drawn by fast-check and shrunk. The invariants are
// looked at after each command. Frames are lost here as on a datagram link; a real TCP would hide some of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECOVERY_ASSOCIATIONS_MAX } from '../../../src/keys/rotation.ts';
import { isSettled } from '../../../devices/headend/rotate.ts';
import { testDevice } from '../../../devices/headend/dcc.ts';
import { scripted } from '../../../devices/link/condition.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import type { FaultAction } from '../../../devices/transport/faultScript.ts';
import { openAll, pairings, reused, rises } from '../../kit/headEnd/audit.ts';
import { ledgerKeys, sameKeys, stage, type Stage } from './stage.ts';
import { sampleSize } from '../../sampleSize.ts';

/** What the real side needs beyond the stage: at which journal point the next install loses its power. */
interface World {
  readonly made: Stage;
  cutAt: number;
}

interface Model {
  rotations: number;
}

function holds({ made }: World): void {
  const { device, peer, accepted, keysMade } = made;
  expect(rises(accepted)).toBe(true);
  // Whatever the device has, it came from the lab or from this head-end, whole.
  const known = [LAB_KEYS.guek, LAB_KEYS.gak, ...keysMade];
  for (const type of ['guek', 'gak'] as const) expect(known).toContainEqual(device.keyring.keys[type]);
  expect(device.keyring.keys.kek).toBe(LAB_KEYS.kek);
  // The live pair is always among those that the ledger would try.
  const tried = peer.ledger.candidates().map((pair) => peer.ledger.keys(pair));
  if (device.powered) expect(tried.some((keys) => sameKeys(keys, device.keyring.keys))).toBe(true);
  for (const type of ['guek', 'gak'] as const) {
    const states = peer.ledger.rows.filter((row) => row.type === type).map(({ state }) => state);
    expect(states.filter((state) => state === 'ACTIVE')).toHaveLength(1);
    expect(states.filter((state) => state === 'NEW').length).toBeLessThanOrEqual(1);
  }
}

/** Once a sequence is over: it tries every key on every frame. */
function noNonceTwice({ made: { frames, keysMade } }: World): void {
  const [gueks, gaks] = [
    [LAB_KEYS.guek, ...keysMade],
    [LAB_KEYS.gak, ...keysMade],
  ];
  expect(reused(openAll(frames, pairings(gueks, gaks)).uses)).toEqual([]);
}

abstract class Step implements fc.Command<Model, World> {
  abstract act(model: Model, world: World): void;
  abstract toString(): string;
  check(): boolean {
    return true;
  }
  run(model: Model, world: World): void {
    this.act(model, world);
    holds(world);
  }
}

class Rotate extends Step {
  readonly faults: readonly { n: number; action: FaultAction }[];
  readonly tries: number;
  constructor(faults: readonly { n: number; action: FaultAction }[], tries: number) {
    super();
    this.faults = faults;
    this.tries = tries;
  }
  act(model: Model, { made }: World): void {
    made.link(scripted(this.faults.map(({ n, action }) => ({ ...action, frame: n, direction: 'either' }))));
    if (made.rotate(this.tries).kind === 'rotated') model.rotations += 1;
    made.link();
  }
  toString(): string {
    return `rotate(${this.tries} tries, ${this.faults.map(({ n, action }) => `${action.fault}@${n}`).join(' ')})`;
  }
}

class CutPower extends Step {
  readonly point: number;
  constructor(point: number) {
    super();
    this.point = point;
  }
  act(_: Model, world: World): void {
    world.cutAt = this.point;
    world.made.rotate(1);
    world.cutAt = 0;
  }
  toString(): string {
    return `cutPowerAt(${this.point})`;
  }
}

class Crash extends Step {
  readonly milliseconds: number;
  constructor(milliseconds: number) {
    super();
    this.milliseconds = milliseconds;
  }
  act(_: Model, { made }: World): void {
    const crash = made.begin();
    made.timers.runUntilQuiet({ untilMilliseconds: made.timers.nowMilliseconds() + this.milliseconds });
    crash();
    made.peer.ledger.unlock();
    made.timers.runUntilQuiet();
  }
  toString(): string {
    return `crashAfter(${this.milliseconds} ms)`;
  }
}

class PowerCycle extends Step {
  act(_: Model, { made }: World): void {
    made.device.cutPower();
    made.device.restart();
  }
  toString(): string {
    return 'powerCycle';
  }
}

class Talk extends Step {
  act(_: Model, { made }: World): void {
    made.do(testDevice(made.peer));
  }
  toString(): string {
    return 'talk';
  }
}

class Recover extends Step {
  act(_: Model, { made }: World): void {
    made.heal();
    const associations = made.recover();
    expect(associations).toBeDefined();
    expect(associations).toBeLessThanOrEqual(RECOVERY_ASSOCIATIONS_MAX);
    expect(sameKeys(ledgerKeys(made.peer), made.device.keyring.keys)).toBe(true);
  }
  toString(): string {
    return 'recover';
  }
}

const action = fc.constantFrom<FaultAction>(
  { fault: 'drop' },
  { fault: 'duplicate' },
  { fault: 'duplicate', delayMilliseconds: 40_000 },
  { fault: 'delay', delayMilliseconds: 3_600_000 },
  { fault: 'reorder', delayMilliseconds: 45_000 },
  { fault: 'corrupt' },
  { fault: 'truncate' },
  { fault: 'cut' },
  { fault: 'cut', delivered: true },
);
const faults = fc.array(fc.record({ n: fc.integer({ min: 1, max: 30 }), action }), { maxLength: 3 });
const commands = fc.commands<Model, World>(
  [
    fc.tuple(faults, fc.integer({ min: 1, max: 3 })).map(([list, tries]) => new Rotate(list, tries)),
    fc.integer({ min: 1, max: 5 }).map((point) => new CutPower(point)),
    fc.integer({ min: 0, max: 20 }).map((milliseconds) => new Crash(milliseconds)),
    fc.constant(new PowerCycle()),
    fc.constant(new Talk()),
    fc.constant(new Recover()),
  ],
  { maxCommands: 12 },
);

function world(): World {
  const made: World = {
    cutAt: 0,
    made: stage({ powerCut: (point) => point === made.cutAt, cutsPower: true }),
  };
  return made;
}

const RUNS = sampleSize('ROTATION_RUNS', { whole: 150, part: 30 });

test('whatever happens, both sides agree again within four associations', () => {
  let rotations = 0;
  fc.assert(
    fc.property(commands, (list) => {
      const real = world();
      const model = { rotations: 0 };
      fc.modelRun(() => ({ model, real }), list);
      new Recover().run(model, real);
      new Rotate([], 1).run(model, real);
      expect(isSettled(real.made.peer)).toBe(true);
      noNonceTwice(real);
      rotations += model.rotations;
    }),
    { numRuns: RUNS },
  );
  expect(rotations).toBeGreaterThan((RUNS * 2) / 3);
});

test('a head-end that knew no doubt would be found out', () => {
  const found = fc.check(
    fc.property(commands, (list) => {
      const real = world();
      real.made.peer.ledger.candidates = () => [{ gak: 'active', guek: 'active' }];
      fc.modelRun(() => ({ model: { rotations: 0 }, real }), list);
      noNonceTwice(real);
    }),
    { numRuns: 500, seed: 1, endOnFailure: true },
  );
  expect(found.failed).toBe(true);
});

test('a device that forgot its counters on a power cycle would be found out', () => {
  const found = fc.check(
    fc.property(commands, (list) => {
      const real = world();
      const { device } = real.made;
      const restart = device.restart.bind(device);
      device.restart = () => {
        restart();
        (device.keyring as unknown as { sendCounter: number }).sendCounter = 1;
      };
      fc.modelRun(() => ({ model: { rotations: 0 }, real }), list);
      noNonceTwice(real);
    }),
    { numRuns: 500, seed: 1, endOnFailure: true },
  );
  expect(found.failed).toBe(true);
});
