import type { FaultAction } from '../../../devices/transport/faultScript.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { must } from '../laws/law.ts';
import { LINK_FAULTS } from './linkFaults.ts';
import { Target, type DeviceAtAddress, type FrameAtTarget, type TargetFault } from './target.ts';

/**
 * The head-end under test, which rotates the keys of meters. It runs in this process, or in another one that it starts.
 */
export interface HeadEnd {
  /**
   * Rotates the GUEK and GAK of a device, and first resolves what an earlier call left in doubt. The promise settles
   * when the rotation is done or given up; a rejection counts as a failure. The head-end keeps its own records of a
   * device (keys, counters) under the device's number.
   */
  rotate(device: DeviceAtAddress): Promise<'rotated' | 'failed'>;
}

/**
 * A law that every correct head-end obeys. Its name is the claim. If the law is broken, `check` rejects with what was
 * found.
 */
export interface HeadEndLaw {
  readonly name: string;
  check(headEnd: HeadEnd, options?: HeadEndOptions): Promise<void>;
}

/** The options for trying the laws of key rotation on a head-end: numbers, concurrency and limits. */
export interface HeadEndOptions {
  /**
   * The number of the first device. Each law has its own block of numbers. Use another value for each run with the same
   * state. The default is 1.
   */
  readonly firstNumber?: number;
  /** The number of rotations that run at the same time, each of one device. The default is 1. */
  readonly concurrency?: number;
  /** The calls after which an interrupted rotation must be settled once the link is clear again. The default is 3. */
  readonly callsMax?: number;
  /** The time after which a call counts as hung, in milliseconds. The default is two minutes. */
  readonly hungAfterMilliseconds?: number;
  /** Receives the text of each rotation that is tried. */
  readonly onCase?: (text: string) => void;
  /** Receives the frames at the meter of a case that broke the law. */
  readonly onBroken?: (frames: readonly FrameAtTarget[]) => void;
}

interface Trial extends Required<HeadEndOptions> {
  readonly headEnd: HeadEnd;
}

/** The number of devices whose new keys must all differ. */
const DEVICES_COMPARED = 3;
/** The most frames of a rotation. No correct rotation needs as many. */
const FRAMES_MAX = 1000;

const FAULTS: readonly (readonly [string, FaultAction, { readonly cutsPower: boolean }?])[] = [
  ...LINK_FAULTS,
  ["is the last before the device's power goes", { fault: 'cut', delivered: true }, { cutsPower: true }],
  ["is lost as the device's power goes", { fault: 'cut' }, { cutsPower: true }],
];

const CLAIMS: readonly (readonly [string, (trial: Trial) => Promise<void>])[] = [
  ['keys are rotated over a clear link, proved, and the old ones are gone; and again', rotatesAgain],
  ['no two devices get the same key, and none gets one key for two purposes', partsKeys],
  ['under a Master Key that the device does not have nothing changes, and that is told', leavesAlone],
  ...FAULTS.map(
    ([what, action, more]) =>
      [
        `whichever frame ${what}, a rotation that is called again settles, and no nonce is used twice`,
        (trial: Trial) => settles(trial, what, { action, cutsPower: more?.cutsPower ?? false }),
      ] as const,
  ),
  ["an impostor in the device's place gets nothing and proves nothing", refusesImpostors],
];

/** Every law of a head-end that rotates keys. */
export const HEAD_END_LAWS: readonly HeadEndLaw[] = CLAIMS.map(([name, claim], block) => ({
  name,
  check: (headEnd, { firstNumber = 1, ...options } = {}) =>
    claim({
      headEnd,
      concurrency: 1,
      callsMax: 3,
      hungAfterMilliseconds: 120_000,
      onCase: () => undefined,
      onBroken: () => undefined,
      ...options,
      firstNumber: firstNumber + block * FRAMES_MAX,
    }),
}));

async function rotatesAgain(trial: Trial): Promise<void> {
  await withTarget(trial, { number: trial.firstNumber }, async (target) => {
    const first = await rotatedKeys(trial, target, 'the first rotation');
    const second = await rotatedKeys(trial, target, 'the second rotation');
    must(first.guek !== second.guek && first.gak !== second.gak, 'the second rotation left a key of the first');
  });
}

async function partsKeys(trial: Trial): Promise<void> {
  const holders = new Map<string, string>();
  for (let i = 0; i < DEVICES_COMPARED; i += 1) {
    const number = trial.firstNumber + i;
    await withTarget(trial, { number }, async (target) => {
      const keys = await rotatedKeys(trial, target, `device ${number}`);
      for (const [name, key] of Object.entries(keys)) {
        const other = holders.get(key);
        must(other === undefined, `the ${name} of device ${number} is ${other} as well`);
        holders.set(key, `the ${name} of device ${number}`);
      }
    });
  }
}

async function leavesAlone(trial: Trial): Promise<void> {
  await withTarget(trial, { number: trial.firstNumber, wrongKek: true }, async (target) => {
    const before = hexOf(target);
    const { said } = await call(trial, target, 'under a wrong Master Key');
    must(said === 'failed', `the head-end said "${said}"`);
    must(hexOf(target).guek === before.guek && hexOf(target).gak === before.gak, 'a key of the device changed');
    must(target.reusedNonces.length === 0, 'a nonce carried two different things');
  });
}

/** An impostor with the device's title and other keys, then one that repeats what the device said in a whole rotation. */
async function refusesImpostors(trial: Trial): Promise<void> {
  for (const [i, by] of (['stranger', 'recording'] as const).entries()) {
    await withTarget(trial, { number: trial.firstNumber + i }, async (target) => {
      const where = by === 'stranger' ? 'an impostor with other keys' : "an impostor that repeats the device's answers";
      if (by === 'recording') await rotatedKeys(trial, target, 'before the impostor');
      const before = hexOf(target);
      const since = target.frames.length;
      target.restore();
      target.replace(by);
      const { said } = await call(trial, target, where);
      must(said === 'failed', `${where}: the head-end said "${said}"`);
      must(!target.hasSentKeysSince(since), `${where} was sent a new key`);
      must(target.reusedNonces.length === 0, `${where}: a nonce carried two different things`);
      target.restore();
      let last: Answer = { said: 'failed', why: '' };
      for (let calls = 0; calls < trial.callsMax && last.said !== 'rotated'; calls += 1)
        last = await call(trial, target, `after ${where}`);
      must(last.said === 'rotated', `after ${where}: not settled with the device itself${last.why}`);
      isRotated(target, `after ${where}`);
      must(hexOf(target).guek !== before.guek, `after ${where}: no key was changed`);
    });
  }
}

async function settles(trial: Trial, what: string, fault: Omit<TargetFault, 'frame'>): Promise<void> {
  for (let n = 1; n < FRAMES_MAX; n += trial.concurrency) {
    const frames = Array.from({ length: trial.concurrency }, (_, i) => n + i);
    const struck = await Promise.all(frames.map((frame) => interrupted(trial, what, { ...fault, frame })));
    if (struck.includes(false)) return;
  }
  must(false, `a rotation never passed clean in ${FRAMES_MAX} frames`);
}

/**
 * Disturbs one frame of a rotation and checks that the rotation is settled afterwards. Returns true if the rotation had
 * that many frames.
 */
async function interrupted(trial: Trial, what: string, fault: TargetFault): Promise<boolean> {
  const where = `frame ${fault.frame} ${what}`;
  return await withTarget(trial, { number: trial.firstNumber + fault.frame - 1, fault }, async (target) => {
    trial.onCase(where);
    const first = await call(trial, target, where);
    const struck = target.isStruck;
    const isFine = first.said === 'rotated';
    must(struck || isFine, `${where}: not reached, and yet the rotation failed over a clear link${first.why}`);
    if (isFine) isRotated(target, `${where}: the head-end said "rotated"`);
    target.heal();
    let last = first;
    for (let calls = 0; calls < trial.callsMax && (last.said !== 'rotated' || calls === 0); calls += 1)
      last = await call(trial, target, `${where}, and a call over a clear link`);
    const { said, why } = last;
    must(said === 'rotated', `${where}: not settled after ${trial.callsMax} more calls over a clear link${why}`);
    isRotated(target, where);
    return struck;
  });
}

async function rotatedKeys(trial: Trial, target: Target, where: string): Promise<{ guek: string; gak: string }> {
  const { said, why } = await call(trial, target, where);
  must(said === 'rotated', `${where}: the head-end said "${said}"${why}`);
  isRotated(target, where);
  return hexOf(target);
}

function isRotated(target: Target, where: string): void {
  must(!target.hasOldKey, `${where}, and the device has a key that it began with`);
  must(target.isProved, `${where}, and nobody has proved to have the keys that the device has now`);
  must(target.reusedNonces.length === 0, `${where}, and a nonce carried two different things`);
}

function hexOf({ presentKeys: { guek, gak } }: Target): { guek: string; gak: string } {
  return { guek: toHex(guek), gak: toHex(gak) };
}

/** The answer of a head-end. `why` is the text of its rejection, written to follow a sentence. */
interface Answer {
  readonly said: 'rotated' | 'failed';
  readonly why: string;
}

async function call({ headEnd, hungAfterMilliseconds }: Trial, target: Target, where: string): Promise<Answer> {
  let stop: () => void = () => undefined;
  const hung = new Promise<never>((_, reject) => {
    const error = new Error(`${where}: hung for ${hungAfterMilliseconds} ms`);
    const timer = setTimeout(() => reject(error), hungAfterMilliseconds);
    stop = () => clearTimeout(timer);
  });
  const answer = headEnd.rotate(target.address).then(
    (said): Answer => ({ said, why: '' }),
    (error: unknown): Answer => ({ said: 'failed', why: ` (it rejected: ${String(error)})` }),
  );
  try {
    return await Promise.race([answer, hung]);
  } finally {
    stop();
  }
}

async function withTarget<T>(
  { onBroken }: Trial,
  { number, ...options }: { number: number; fault?: TargetFault; wrongKek?: boolean },
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const target = await Target.open(number, options);
  try {
    return await use(target);
  } catch (error) {
    onBroken(target.frames);
    throw error;
  } finally {
    await target.close();
  }
}
