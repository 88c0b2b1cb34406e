/** What every device that is rotated by global_key_transfer obeys, whoever made it. */
import type { DeviceBench } from '../../../devices/rig/check/deviceBench.ts';
import type { SuiteKeys } from '../../../devices/dlms/security/ciphering.ts';
import { associate, within } from '../../../devices/headend/associate.ts';
import { secretKeySource } from '../../../devices/headend/keySource.ts';
import { CLOCK_TIME } from '../../../devices/headend/objects.ts';
import { converse, disconnect, type Outcome, type Procedure } from '../../../devices/headend/procedure.ts';
import { mayRotate, recover, rotate, type Rotated } from '../../../devices/headend/rotate.ts';
import { wireErrorText } from '../../../devices/headend/wireError.ts';
import type { FaultAction } from '../../../devices/transport/faultScript.ts';
import { everyPair, openAll, reused } from '../headEnd/audit.ts';
import { LINK_FAULTS } from '../headEnd/linkFaults.ts';
import { must } from '../laws/law.ts';

export interface DeviceLawOptions {
  /** The frames of a rotation that are struck: from the first to the last, until a rotation passes clean. */
  readonly frames: readonly [number, number];
  /** How long an answer may take, in seconds. */
  readonly answerSeconds: number;
  readonly onCase: (text: string) => void;
}

/** A law of devices. Its name is the claim; if it is broken, `check` rejects with what was found. */
export interface DeviceLaw {
  readonly name: string;
  /** True if it rotates the keys of the device. */
  readonly writes: boolean;
  /** True if it opens recorded frames, which is done in the wrapper's framing alone. */
  readonly opens?: boolean;
  readonly check: (bench: DeviceBench, options: DeviceLawOptions) => Promise<void>;
}

/** Calls over a clear link after which a rotation that was struck must be settled. */
const CALLS_MAX = 3;
/** How often an unanswered session is begun. */
const TRIES = 1;

/** Every law of a device at an address. Those that write stand last. */
export const DEVICE_LAWS: readonly DeviceLaw[] = [
  { name: 'it proves the keys held, each time it is asked', writes: false, check: proves },
  { name: 'no nonce protects two of its answers', writes: false, opens: true, check: countsOn },
  { name: 'a head-end with other keys gets nothing', writes: false, check: refusesStrangers },
  {
    name: 'a session that is sent again, octet for octet, is not answered with data',
    writes: false,
    opens: true,
    check: refusesReplay,
  },
  { name: 'its keys are rotated and proved, and the old ones open nothing; and again', writes: true, check: rotates },
  // The faults are on our side of the link. The power of attached hardware is not ours to cut.
  ...LINK_FAULTS.map(([what, action]): DeviceLaw => ({
    name: `whichever frame ${what}, a rotation that is called again settles`,
    writes: true,
    check: (bench, options) => settles(bench, what, action, options),
  })),
];

/** Why the keys of the device may not be rotated; undefined: they may. Only reads. */
export async function whyNotWritten(bench: DeviceBench): Promise<string | undefined> {
  if (bench.peer.login) return 'the device is read without keys; only a login by GMAC can ever write';
  if (bench.peer.ledger.masterKey === undefined) return 'its Master Key is not given (keys.kek)';
  const may = await bench.run(mayRotate(bench.peer));
  if (may.ok) return undefined;
  if (may.error.kind === 'notAllowed') return bench.refusal ?? 'it is not on the allow-list';
  return `it could not be asked for its title: ${wireErrorText(may.error)}`;
}

async function proves(bench: DeviceBench): Promise<void> {
  for (const time of ['the first time', 'the second time', 'the third time']) {
    isOk(await bench.run(recover(bench.peer)), time);
  }
}

async function countsOn(bench: DeviceBench): Promise<void> {
  for (let i = 0; i < 3; i += 1) isOk(await bench.run(reads(bench)), `reading ${i + 1}`);
  isAudited(bench);
}

async function refusesStrangers(bench: DeviceBench): Promise<void> {
  const [own] = bench.keys as [SuiteKeys];
  const other = (key: Uint8Array): Uint8Array => key.map((byte) => byte ^ 0x5a);
  const strangers: readonly (readonly [string, SuiteKeys])[] = [
    ['another GUEK', { guek: other(own.guek), gak: own.gak }],
    ['another GAK', { guek: own.guek, gak: other(own.gak) }],
    ['other keys', { guek: other(own.guek), gak: other(own.gak) }],
  ];
  isOk(await bench.run(recover(bench.peer)), 'under its own keys');
  for (const [what, keys] of strangers) await opensNothing(bench, keys, what);
}

async function refusesReplay(bench: DeviceBench, { answerSeconds }: DeviceLawOptions): Promise<void> {
  isOk(await bench.run(reads(bench)), 'the session that is recorded');
  const sent = bench.frames.filter(({ direction }) => direction === 'c2s').map(({ bytes }) => bytes);
  const before = bench.frames.length;
  await bench.replay(sent, answerSeconds);
  const data = dataSince(bench, before);
  must(data === 0, `it answered ${data} requests of a recorded session with data`);
  isOk(await bench.run(recover(bench.peer)), 'after the recorded session');
}

async function rotates(bench: DeviceBench): Promise<void> {
  for (const time of ['the first rotation', 'the second rotation']) {
    isOk(await bench.run(recover(bench.peer)), `before ${time}`);
    const old = bench.peer.ledger.keys({ gak: 'active', guek: 'active' });
    isRotated(await rotated(bench), time);
    isOk(await bench.run(recover(bench.peer)), `after ${time}, under the new keys`);
    await opensNothing(bench, old, `the keys before ${time}`);
  }
  isAudited(bench);
}

async function settles(
  bench: DeviceBench,
  what: string,
  action: FaultAction,
  { frames: [first, last], onCase }: DeviceLawOptions,
): Promise<void> {
  for (let frame = first; frame <= last; frame += 1) {
    const where = `frame ${frame} ${what}`;
    onCase(where);
    bench.begin();
    bench.strike(frame, action);
    let said = await rotated(bench);
    const isStruck = bench.isStruck;
    bench.heal();
    if (!isStruck) isRotated(said, `${where}: not reached`);
    for (let calls = 0; calls < CALLS_MAX && said.kind !== 'rotated'; calls += 1) said = await rotated(bench);
    isRotated(said, `${where}, and ${CALLS_MAX} calls over a clear link`);
    isOk(await bench.run(recover(bench.peer)), `${where}, and the rotation settled`);
    isAudited(bench);
    if (!isStruck) return;
  }
}

function rotated(bench: DeviceBench): Promise<Rotated> {
  return bench.run(rotate(bench.peer, { keySource: secretKeySource(), tries: TRIES }));
}

/** One association in which the clock is read. A device without a clock refuses it, and that is an answer too. */
function* reads({ peer }: DeviceBench): Procedure<Outcome<undefined>> {
  return yield* within<undefined>(peer, function* ({ client }) {
    const read = yield* converse(client.get(CLOCK_TIME));
    return read.ok || read.error.kind === 'result' ? { ok: true, value: undefined } : read;
  });
}

/** Associates under keys that the device must not take. */
async function opensNothing(bench: DeviceBench, keys: SuiteKeys, what: string): Promise<void> {
  const stranger = bench.stranger(keys);
  const isTaken = await bench.run(
    (function* (): Procedure<boolean> {
      const live = yield* associate(stranger);
      if (live.ok) yield* disconnect();
      return live.ok;
    })(),
  );
  must(!isTaken, `it took ${what}: an association under them was proved`);
}

function isOk(outcome: Outcome<unknown>, where: string): void {
  must(outcome.ok, `${where}: ${outcome.ok ? '' : wireErrorText(outcome.error)}`);
}

function isRotated(said: Rotated, where: string): void {
  const why =
    said.kind === 'failed'
      ? wireErrorText(said.error)
      : said.kind === 'refused'
        ? `it refused the new keys (${said.result})`
        : said.kind;
  must(said.kind === 'rotated', `${where}: the keys are not rotated: ${why}`);
}

/** No counter of the device protects two different answers, under any key that it may have had. */
function isAudited(bench: DeviceBench): void {
  if ((bench.peer.call.framing ?? 'wrapper') !== 'wrapper' || bench.title === undefined) return;
  const twice = reused(openAll(bench.frames, everyPair(bench.keys)).uses).filter(
    (nonce) => nonce.split(' ')[1] === bench.title,
  );
  must(twice.length === 0, `it protected two different answers with counter ${twice[0]?.split(' ').at(-1)}`);
}

const GET_RESPONSE = 0xc4;
const NORMAL = 1;
const DATA = 0;

/** How many frames since one of them are get-responses with data. */
function dataSince({ frames, keys }: DeviceBench, first: number): number {
  const { opened } = openAll(frames, everyPair(keys));
  const answers = opened.filter(({ frame, direction }) => frame >= first && direction === 's2c');
  return answers.filter(({ plain }) => plain[0] === GET_RESPONSE && plain[1] === NORMAL && plain[3] === DATA).length;
}
