// What drivers, the SMSO's desk and devices tell a head-end, whatever they tell it.
import { type Data, decodeData } from '../../../../devices/dlms/encoding/axdr.ts';
import { contact, prepareOnce } from '../../../../devices/headend/smso.ts';
import { commission, readDiagnostics, rotateAll, testDevice } from '../../../../devices/headend/dcc.ts';
import type { Procedure, WireError } from '../../../../devices/headend/procedure.ts';
import { DriverError, lineSplitter, type LineProcessOptions } from '../../../../devices/hardware/driverProcess.ts';
import { startDriver } from '../../../../devices/hardware/driver.ts';
import { uint8, uint32 } from '../../../../devices/dlms/encoding/values.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { decodeDeskAnswer } from '../../../../devices/rig/walk/desk.ts';
import { callOf, peerOf, SMSO_TITLE } from '../../../../devices/rig/bench/parties.ts';
import { NOW } from '../../dlms/harness.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { mutatedJson } from '../json.ts';
import { mutated, portions } from '../mutate.ts';
import { NEW_KEYS } from '../requests.ts';
import { type CaseLog, DECODER, law, SESSION, type Target } from '../target.ts';

const DESK = [
  '{"kind":"accepted"}',
  '{"kind":"refused"}',
  '{"kind":"record","mpan":"2000000000015","mprn":"3938424403","dmc":"D1"}',
  '{"kind":"displays","meetsDefinition":[true,false]}',
];
const DESK_BYTES = DESK.map((text) => Buffer.from(text));

function deskCase(dice: Dice, log: CaseLog): void {
  log.reach(decodeDeskAnswer(log.input(mutatedJson(dice, dice.pick(DESK), DESK_BYTES)))?.kind ?? 'no answer');
}

const HELLO =
  '{"hello":1,"driver":"fuzz","version":"1","capabilities":["probe","lastContact","read","power","observe"]}';
const EVENTS = [
  '{"event":"contact","link":"han","at":"2022-06-11T20:00:00Z"}',
  '{"event":"link","link":"wan","up":true,"t":"2022-06-11T20:00:00Z"}',
  '{"event":"reading","object":"1.8.0","value":"006613.405","unit":"kWh","t":"2022-06-11T20:00:00Z"}',
];
const RESULTS: Readonly<Record<string, string>> = {
  probe: '{"answered":true,"detail":"x","model":{"maker":"m","model":"y"},"sysTitle":"534D424300000001"}',
  lastContact: '{"at":"2022-06-11T20:00:00Z"}',
  read: '{"value":"006613.405","unit":"kWh"}',
};
const DRIVER_BYTES = [HELLO, ...EVENTS, ...Object.values(RESULTS)].map((text) => Buffer.from(text));

async function driverCase(dice: Dice, log: CaseLog): Promise<void> {
  let listeners: LineProcessOptions | undefined;
  let isOver = false;
  const exit = (): void => {
    if (!isOver) listeners?.onExit('code 0', undefined);
    isOver = true;
  };
  const lines = lineSplitter(
    (line) => isOver || listeners?.onLine(line),
    () => exit(),
  );
  const speak = (text: string): void => {
    const mutate = dice.oneIn(3);
    const bytes = mutate ? log.input(mutatedJson(dice, text, DRIVER_BYTES)) : Buffer.from(text);
    for (const part of portions(dice, Buffer.concat([bytes, Buffer.from('\n')]))) lines.push(part);
  };
  const answer = (line: string): void => {
    const { id, op } = JSON.parse(line) as { id?: number; op?: string };
    if (id === undefined) return speak(HELLO);
    if (dice.oneIn(4)) speak(dice.pick(EVENTS));
    const failed = `"ok":false,"observation":"${dice.pick(['noAnswer', 'refused', 'badData'])}","message":"m"`;
    speak(`{"id":${id},${dice.oneIn(6) ? failed : `"ok":true,"result":${RESULTS[op ?? ''] ?? '{}'}`}}`);
  };
  const started = startDriver({
    command: ['fuzz'],
    allow: ['power'],
    timers: { nowMilliseconds: () => 0, after: () => () => undefined },
    launch: (_, told) => {
      listeners = told;
      return { send: (line) => queueMicrotask(() => answer(line)), kill: exit, end: async () => exit() };
    },
  });
  // A hello that never ends is ended by the timers, which stand still here.
  const outcome = await settled(started, exit);
  if (outcome instanceof DriverError) return log.reach(driverWords(outcome));
  log.reach('started');
  await settled(
    outcome.observe((event) => log.reach(`event ${event.event}`)),
    exit,
  );
  for (let step = dice.below(8); step > 0 && !isOver; step -= 1) {
    const asked = dice.pick([
      () => outcome.open('x'),
      () => outcome.probe(),
      () => outcome.lastContact('han'),
      () => outcome.read('1.8.0'),
      () => outcome.power('cycle'),
    ])();
    const result = await settled(asked as Promise<{ readonly ok: boolean }>, exit);
    log.reach(result instanceof DriverError ? driverWords(result) : result.ok ? 'answered' : 'not answered');
  }
  await settled(outcome.close(), exit);
}

const DRIVER_ENDS = [
  ...['is not JSON', 'not a hello', 'not an answer', 'not an event', 'a request that was not made', 'the result of'],
  'ended with',
];

function driverWords(error: DriverError): string {
  return `${error.code}: ${DRIVER_ENDS.find((end) => error.message.includes(end)) ?? 'another end'}`;
}

/** What a promise comes to, once nothing is left to do; a promise that stands open then is ended by `exit`. */
async function settled<T>(promise: Promise<T>, exit: () => void): Promise<T | DriverError> {
  const failed = (cause: unknown): DriverError => {
    if (cause instanceof DriverError) return cause;
    throw cause;
  };
  const open = Symbol('open');
  const caught = promise.catch(failed);
  let first = await Promise.race([caught, quiet().then(() => open)]);
  if (first === open) {
    exit();
    first = await caught;
  }
  return first as T | DriverError;
}

/** After a good many turns of the microtasks: more than any answer takes. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
}

const WANTS_MAX = 5000;
const ERRORS: readonly WireError[] = [
  { kind: 'lost' },
  { kind: 'lost', how: 'linkRefused' },
  { kind: 'rejected', result: 2, diagnostic: 1 },
  { kind: 'serviceError', service: 1, category: 6, code: 3 },
  { kind: 'result', result: 12 },
  { kind: 'exception', stateError: 1, serviceError: 6, expectedCounter: 70 },
  { kind: 'exception', stateError: 1, serviceError: 5 },
  { kind: 'security', error: 'x' },
  { kind: 'countersUsedUp' },
];

function procedureOf(dice: Dice): Procedure<unknown> {
  const party = { systemTitle: SMSO_TITLE, keys: LAB_KEYS, ...(!dice.oneIn(8) && { masterKey: LAB_KEYS.kek }) };
  const peer = peerOf('chf', party);
  const firmware = { name: '2.0.0', bytes: new Uint8Array(300) };
  const options = { keySource: () => dice.pick(NEW_KEYS).slice(), anew: dice.oneIn(2) };
  return dice.pick<() => Procedure<unknown>>([
    () => contact(callOf('chf')),
    () => readDiagnostics(peer),
    () => testDevice(peer),
    () => rotateAll([peer], options),
    () => commission(peer, { at: NOW, contactOffsetMinutes: 60 }),
    () => prepareOnce([{ peer, firmware, contactOffsetMinutes: 5 }], { at: NOW, blocksMax: 40, triesPerSession: 2 }),
  ])();
}

/** A head-end's work, answered with values of any type: devices may say what they will. */
function procedureCase(dice: Dice, log: CaseLog): void {
  const procedure = procedureOf(dice);
  // A device that fails in one way tends to go on so.
  const failing = dice.oneIn(3) ? dice.pick(ERRORS) : undefined;
  const isSane = failing === undefined && dice.oneIn(2);
  let step = procedure.next(undefined);
  for (let wants = 0; !step.done; wants += 1) {
    law(wants < WANTS_MAX, 'a procedure ends');
    const isConversation = step.value.want === 'converse';
    const isConnected = step.value.want === 'connect' && !dice.oneIn(12);
    const sane = { ok: true, value: uint8(dice.below(8)) };
    step = procedure.next(isConversation ? (isSane ? sane : conversed(dice, log, failing)) : isConnected);
  }
  log.reach(typeof step.value === 'string' ? step.value : ended(step.value as Ended));
}

interface Ended {
  readonly ok?: boolean;
  readonly kind?: string;
  readonly error?: WireError;
}
const ended = ({ ok, kind, error }: Ended): string =>
  ok === true ? 'ok' : [kind, error?.kind].filter(Boolean).join(', ');

function conversed(
  dice: Dice,
  log: CaseLog,
  failing?: WireError,
): { ok: true; value: Data } | { ok: false; error: WireError } {
  if (dice.oneIn(failing ? 2 : 12)) return { ok: false, error: failing ?? dice.pick(ERRORS) };
  if (dice.oneIn(2)) return { ok: true, value: dice.oneIn(2) ? uint8(dice.below(8)) : uint32(dice.number()) };
  const value = decodeData(log.input(mutated(dice, dice.pick(corpus.DATA), corpus.DATA)));
  return { ok: true, value: value.ok ? value.value : { type: 'null' } };
}

const ERROR_KINDS = ['lost', 'result', 'rejected', 'exception', 'serviceError', 'security', 'countersUsedUp'];

export const PEER_TARGETS: readonly Target[] = [
  {
    // The trees that its texts are made of are deep.
    ...{ name: 'desk', share: 1, allowance: { ...DECODER, bytes: 1 << 22 }, run: deskCase },
    known: ['accepted', 'refused', 'record', 'displays', 'no answer'],
  },
  {
    ...{ name: 'driver', share: 2, allowance: SESSION, run: driverCase },
    known: [
      ...['started', 'answered', 'not answered', 'event contact', 'event link', 'event reading'],
      ...DRIVER_ENDS.map((end) => `${end === 'ended with' ? 'crashed' : 'protocol'}: ${end}`),
    ],
    rare: ['crashed: ended with'],
  },
  {
    ...{ name: 'procedures', share: 4, allowance: SESSION, run: procedureCase },
    known: [
      ...['ok', 'rotated', 'masterKeyMissing', 'refused', 'done', 'more', 'noAnswer'],
      ...ERROR_KINDS,
      ...ERROR_KINDS.filter((kind) => kind !== 'result').map((kind) => `failed, ${kind}`),
    ],
  },
];
