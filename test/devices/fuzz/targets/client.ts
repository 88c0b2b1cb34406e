// The head-end's side: a client session with a device whose frames are mutated on their way, and with a server that makes
// its answers up.
import type { CosemDevice } from '../../../../devices/cosem/device.ts';
import { encodeAare, encodeRelease } from '../../../../devices/dlms/acse.ts';
import type { GetResult, ServiceRequest, ServiceResponse } from '../../../../devices/dlms/apdu.ts';
import { decodeRequest } from '../../../../devices/dlms/apduRequest.ts';
import { encodeResponse } from '../../../../devices/dlms/apduResponse.ts';
import { ascii, concat, NO_BYTES } from '../../../../devices/dlms/bytes.ts';
import { isCiphered } from '../../../../devices/dlms/ciphering.ts';
import { type Conversation, DlmsClient } from '../../../../devices/dlms/client.ts';
import type { ClientResult } from '../../../../devices/dlms/clientResult.ts';
import { ClientSession } from '../../../../devices/dlms/clientSession.ts';
import { controlRR, DM, FRMR, LLC_RESPONSE, POLL_FINAL, UA } from '../../../../devices/dlms/hdlcControl.ts';
import { decodeFrame, encodeFrame } from '../../../../devices/dlms/hdlcFrame.ts';
import { encodeInitiateError, encodeInitiateResponse } from '../../../../devices/dlms/initiate.ts';
import { encodeWrapper, WrapperParser } from '../../../../devices/dlms/wrapper.ts';
import { connectDevice, labDevice } from '../../../../devices/personas/installation.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { NOW } from '../../dlms/harness.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { mutatedHdlc, mutatedWrapper } from '../frames.ts';
import { CLIENT_TITLE, FIXED_CHALLENGE, Hand, type Sealing } from '../hand.ts';
import { mutated } from '../mutate.ts';
import { REQUESTS } from '../requests.ts';
import { type CaseLog, law, SESSION, type Target, words } from '../target.ts';

const SAPS = { none: 16, lls: 17, gmac: 1 } as const;
type Authentication = keyof typeof SAPS;
const SERVER = 1;
/** What one operation may take: more than any honest one does, and far less than for ever. */
const TURNS_MAX = 20_000;
const VALUE_BYTES_MAX = 2048;

interface Caller {
  readonly client: DlmsClient;
  readonly session: ClientSession;
  readonly authentication: Authentication;
}

function caller(dice: Dice, framing: 'wrapper' | 'hdlc'): Caller {
  const authentication = dice.pick(['none', 'lls', 'gmac', 'gmac'] as const);
  let counter = 0;
  const countersMax = dice.oneIn(20) ? dice.below(8) : 0xffffffff;
  const nextCounter = (): number | undefined => (counter < countersMax ? (counter += 1) : undefined);
  const security = {
    ...{ systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter },
    family: dice.oneIn(2) ? ('glo' as const) : ('generalGlo' as const),
    ...(dice.oneIn(4) && { dedicatedKey: LAB_KEYS.gbek }),
  };
  const client = new DlmsClient({
    ...{ authentication, secret: ascii('Gurux'), challenge: () => FIXED_CHALLENGE, valueBytesMax: VALUE_BYTES_MAX },
    ...(authentication === 'gmac' && { security }),
    ...(dice.oneIn(3) && { pduBytesMax: 100 }),
  });
  const bytesMax = dice.pick([20, 128, 1024]);
  const propose = { transmitBytesMax: bytesMax, receiveBytesMax: bytesMax, transmitWindow: 3, receiveWindow: 3 };
  const session = new ClientSession({
    ...{ framing, client: SAPS[authentication], server: SERVER },
    ...(dice.oneIn(2) && { hdlc: { propose } }),
  });
  return { client, session, authentication };
}

/** An operation of any kind, with arguments that mean something. */
function operation(dice: Dice, client: DlmsClient): Conversation<ClientResult<unknown>> {
  const request = dice.pick(REQUESTS);
  switch (request.kind) {
    case 'setNormal':
      return client.set(request.request.attribute, dice.oneIn(3) ? LONG : request.value);
    case 'actionNormal':
      return client.action(request.method, dice.oneIn(4) ? LONG : request.parameter);
    case 'getList':
      return client.getList(request.requests);
    case 'setList':
      return client.setList(request.requests, request.values.concat(request.values).slice(0, request.requests.length));
    case 'getNormal':
      return client.get(request.request.attribute, request.request.selection);
    default:
      return dice.oneIn(6) ? client.release() : client.associate();
  }
}
const LONG = { type: 'octetString', value: new Uint8Array(2500) } as const;

type Wire = (bytes: Uint8Array, at: number) => Uint8Array[];

/** Runs an operation over a wire until it has ended, by an answer or by the clock. */
function run(
  caller: Caller,
  wire: Wire,
  log: CaseLog,
  work: Conversation<ClientResult<unknown>>,
  clock: { at: number },
): void {
  const { session } = caller;
  let turns = 0;
  const carry = (frames: readonly Uint8Array[]): void => {
    let outgoing = frames;
    while (outgoing.length > 0) {
      law((turns += 1) < TURNS_MAX, 'an operation ends');
      const back = outgoing.flatMap((bytes) => wire(bytes, clock.at));
      outgoing = back.flatMap((bytes) => session.receive(bytes, clock.at));
    }
  };
  const wait = (isOver: () => boolean): void => {
    for (let due = session.dueAt(); !isOver() && due !== undefined; due = session.dueAt()) {
      law((turns += 1) < TURNS_MAX, 'an operation ends');
      clock.at = Math.max(clock.at, due);
      carry(session.poll(clock.at));
    }
  };
  if (!session.ready) {
    carry(session.open(clock.at));
    wait(() => session.ready);
    log.reach(session.ready ? 'connected' : 'not connected');
  }
  if (!session.ready) return;
  const { exchange, send } = session.start(work, clock.at);
  carry(send);
  wait(() => exchange.result !== undefined || exchange.lost !== undefined);
  // What no deadline covers, an answer that was none, is the owner's to end.
  if (session.busy) session.drop();
  log.reach(exchange.result ? ended(exchange.result) : `lost, ${exchange.lost}`);
}

/** What the client itself finds wrong; all else it says is what a decoder under it says, which has a target of its own. */
const PROTOCOL = [
  ...['the responding-AP-title is no system title', 'the server did not ask for HLS'],
  ...['StoC is not a challenge', 'SET answered with another', 'block N of a SET answered with another'],
  ...['SET with list answered with another', 'ACTION answered with another', 'the answer has another invoke-id'],
  ...['a block expected, got another', 'block N expected, got another', 'the value is longer than allowed'],
  ...['a block with nothing in it, and not the last', 'unexpected another'],
];
const SECURITY = [
  ...['the answer is not ciphered', 'the answer has another system title', 'the server did not prove its keys'],
  ...['the answer is less protected than the request', 'the answer is under a dedicated key that was never agreed'],
  ...['the answer is not what its tag announced', 'the answer repeats an invocation counter'],
  ...['deciphering: the tag does not verify', 'deciphering: shorter than its tag'],
];
const ENDS = [
  'ok',
  'rejected',
  'exception',
  'serviceError',
  'result',
  'countersUsedUp',
  'lost, timeout',
  'lost, linkDown',
];

function ended(result: ClientResult<unknown>): string {
  if (result.ok) return 'ok';
  const { error } = result;
  if (error.kind !== 'security' && error.kind !== 'protocol') return error.kind;
  const said = words(error.error).replace(/(answered with|got|^unexpected) \w+$/, '$1 another');
  const own = error.kind === 'security' ? SECURITY : PROTOCOL;
  return `${error.kind}: ${own.includes(said) ? said : 'what does not decode'}`;
}

/** An answer of the device with something changed within its protection, sealed again under the keys of the lab. */
function resealed(dice: Dice, hand: Hand, apdu: Uint8Array): Uint8Array {
  const others = corpus.RESPONSE_APDUS;
  if (!isCiphered(apdu[0] ?? 0)) return mutated(dice, apdu, others);
  const opened = hand.unseal(apdu);
  if (!opened) return apdu;
  const { family, control, counter } = opened.sealing;
  const sealing = {
    family,
    control: dice.oneIn(10) ? dice.pick([0x10, 0x20]) : control,
    counter: counter + dice.below(2),
  };
  return hand.seal(dice.oneIn(6) ? opened.plain : mutated(dice, opened.plain, others), sealing);
}

function sessionCase(dice: Dice, log: CaseLog): void {
  const framing = dice.oneIn(2) ? 'wrapper' : 'hdlc';
  const called = caller(dice, framing);
  const device: CosemDevice = labDevice(dice.pick(['chf', 'esme'] as const), 1, {
    challenge: () => FIXED_CHALLENGE.toReversed(),
  });
  const connection = connectDevice(device, { framing });
  const hand = new Hand({ own: device.systemTitle, peer: device.systemTitle });
  const clock = { at: NOW };
  let mutations = 0;
  const change = (bytes: Uint8Array): Uint8Array => {
    mutations -= 1;
    hand.keys = device.keyring.keys;
    if (framing === 'wrapper') {
      if (dice.oneIn(3)) return mutatedWrapper(dice, bytes);
      const apdu = resealed(dice, hand, bytes.subarray(8)).subarray(0, 0xffff);
      return encodeWrapper({ source: SERVER, destination: SAPS[called.authentication], apdu });
    }
    const frame = decodeFrame(bytes);
    law(frame.ok, 'a frame of ours decodes');
    const { information, segmented } = frame.value;
    if (dice.oneIn(6)) {
      const control = dice.pick([DM, FRMR, UA, controlRR(dice.below(8), true) & ~POLL_FINAL]) | POLL_FINAL;
      return concat(bytes, encodeFrame({ ...frame.value, control, segmented: false, information: NO_BYTES }));
    }
    if (segmented || information.length < 4 || dice.oneIn(3)) return mutatedHdlc(dice, bytes);
    const apdu = resealed(dice, hand, information.subarray(3));
    return encodeFrame({ ...frame.value, information: concat(LLC_RESPONSE, apdu).subarray(0, 2000) });
  };
  const wire: Wire = (bytes, at) => {
    const out = connection
      .receive(bytes, at)
      .map((frame) => (mutations > 0 && dice.oneIn(2) ? log.input(change(frame)) : frame));
    // Several frames come in one piece, as a stream may bring them.
    return dice.oneIn(3) ? [concat(...out)].filter((whole) => whole.length > 0) : out;
  };
  for (let step = 2 + dice.below(6); step > 0; step -= 1) {
    mutations = dice.below(3);
    const work = called.client.agreement ? operation(dice, called.client) : called.client.associate();
    run(called, wire, log, work, clock);
  }
}

/** Answers that fit their question in kind, and in hardly anything else. */
function madeUp(dice: Dice, request: ServiceRequest): ServiceResponse {
  const { invoke } = request;
  if (dice.oneIn(15)) return { ...dice.pick(corpus.RESPONSES), invoke } as ServiceResponse;
  const result = dice.below(22);
  const got = (): GetResult =>
    dice.oneIn(3) ? { ok: false, result } : { ok: true, data: { type: 'unsigned', value: 1 } };
  const block = (number: number) => ({
    last: dice.oneIn(8),
    number,
    raw: dice.bytes(dice.pick([0, 1, 200, 900, 900])),
  });
  switch (request.kind) {
    case 'getNormal':
    case 'getList':
      if (dice.oneIn(4)) return { kind: 'getNormal', invoke, result: got() };
      if (dice.oneIn(4)) return { kind: 'getList', invoke, results: [got(), got()] };
      return { kind: 'getBlock', invoke, block: block(1) };
    case 'getNext':
      if (dice.oneIn(40)) return { kind: 'getBlockError', invoke, number: request.number, result };
      return { kind: 'getBlock', invoke, block: block(request.number + 1) };
    case 'setNormal':
      return { kind: 'setNormal', invoke, result: dice.below(3) };
    case 'setList':
      return { kind: 'setList', invoke, results: [0, result] };
    case 'setFirst':
    case 'setBlock': {
      const { number, last } = request.block;
      if (last || dice.oneIn(20)) return { kind: 'setLast', invoke, result, number };
      return { kind: 'setBlock', invoke, number };
    }
    case 'actionNext':
      return { kind: 'actionBlock', invoke, block: block(request.number + 1) };
    case 'actionFirst':
    case 'actionBlock':
      if (!request.block.last) return { kind: 'actionNext', invoke, number: request.block.number };
      return { kind: 'actionNormal', invoke, result: { result: dice.below(2), ...(dice.oneIn(2) && { data: got() }) } };
    default:
      if (dice.oneIn(2)) return { kind: 'actionBlock', invoke, block: block(1) };
      return { kind: 'actionNormal', invoke, result: { result: dice.below(2), ...(dice.oneIn(2) && { data: got() }) } };
  }
}

const titleOf = (dice: Dice, title: Uint8Array): Uint8Array =>
  dice.oneIn(12) ? dice.bytes(dice.pick([0, 3, 9, 200])) : title;

/** Protected as the request was, and in one case of a few with something about it that a client must find. */
function protectedBadly(dice: Dice, hand: Hand, plain: Uint8Array, { family, control }: Sealing): Uint8Array {
  switch (dice.below(40)) {
    case 0:
      return hand.seal(plain, { family, control: 0x10 });
    case 1:
      return hand.seal(plain, { family, control, counter: dice.below(hand.counter + 1) });
    case 2:
      return hand.seal(plain, { family: dice.pick(['ded', 'generalDed']), control });
    case 3:
      return new Hand({ own: ascii('ANOTHER1'), peer: CLIENT_TITLE }).seal(plain, {
        family: 'generalGlo',
        counter: 99,
      });
    case 4: {
      // The outer tag is under no protection.
      const sealed = hand.seal(plain, { family: 'glo', control });
      sealed[0] = dice.pick([0xcc, 0xcd, 0xcf]);
      return sealed;
    }
    case 5:
    case 6:
      return mutated(dice, hand.seal(plain, { family, control }), corpus.CIPHERED);
    case 7:
      return Uint8Array.of(0xcc, 9, control, 0, 0, 0xff, 0xff, 1, 2, 3, 4);
    default:
      return hand.seal(plain, { family, control });
  }
}

const SERVICE_ERROR = encodeResponse({ kind: 'serviceError', service: 1, category: 6, code: 1 });

function contraryCase(dice: Dice, log: CaseLog): void {
  const called = caller(dice, 'wrapper');
  const isGmac = called.authentication === 'gmac';
  const title = ascii('SMBE0001');
  const hand = new Hand({ own: title, peer: CLIENT_TITLE });
  const initiate = (): Uint8Array =>
    dice.oneIn(6)
      ? dice.pick(corpus.INITIATES)
      : encodeInitiateResponse({
          dlmsVersion: 6,
          conformance: 0x1fff,
          pduBytesMax: dice.pick([0, 20, 100, 500]),
          vaaName: 7,
        });
  let challenge: Uint8Array = NO_BYTES;

  function aare(): Uint8Array {
    const isRefused = dice.oneIn(8);
    challenge = dice.oneIn(12) ? FIXED_CHALLENGE : FIXED_CHALLENGE.toReversed().slice(0, dice.oneIn(12) ? 4 : 16);
    const plain = initiate();
    return encodeAare({
      ...{
        context: isGmac ? 3 : 1,
        result: isRefused ? 1 : 0,
        diagnostic: isGmac && !dice.oneIn(12) ? 14 : dice.below(15),
      },
      ...(isGmac &&
        !dice.oneIn(12) && { respondingTitle: titleOf(dice, title), mechanism: 5, authenticationValue: challenge }),
      userInformation:
        isRefused && dice.oneIn(2) ? encodeInitiateError(1) : isGmac ? hand.seal(plain, { family: 'glo' }) : plain,
    });
  }

  function answer(apdu: Uint8Array): Uint8Array {
    if (dice.oneIn(20)) return dice.pick([...corpus.EXCEPTIONS, SERVICE_ERROR, ...corpus.RESPONSE_APDUS]);
    if (apdu[0] === 0x60) return aare();
    if (apdu[0] === 0x62) return encodeRelease('response', { reason: 0 });
    const opened = isCiphered(apdu[0] ?? 0) ? hand.unseal(apdu) : undefined;
    const request = decodeRequest(opened?.plain ?? apdu);
    law(request.ok, 'a request of ours decodes');
    const { value } = request;
    // The proof of HLS is answered with the right one, or hardly anything else would be reached.
    const isProof = value.kind === 'actionNormal' && value.method.classId === 15 && !dice.oneIn(8);
    const data: GetResult = { ok: true, data: { type: 'octetString', value: hand.prove(FIXED_CHALLENGE) } };
    const response: ServiceResponse = isProof
      ? { kind: 'actionNormal', invoke: value.invoke, result: { result: 0, data } }
      : madeUp(dice, value);
    const plain = encodeResponse(response);
    const changed = dice.oneIn(12) ? mutated(dice, plain, corpus.RESPONSE_APDUS) : plain;
    if (!opened || dice.oneIn(40)) return changed;
    return protectedBadly(dice, hand, changed, opened.sealing);
  }

  const parser = new WrapperParser();
  const wire: Wire = (bytes) =>
    parser.receive(bytes).map(({ source, destination, apdu }) => {
      if (dice.oneIn(40))
        return log.input(encodeWrapper({ source: 5, destination, apdu: dice.pick(corpus.NOTIFICATIONS) }));
      return log.input(encodeWrapper({ source: destination, destination: source, apdu: answer(apdu) }));
    });
  const clock = { at: NOW };
  for (let step = 2 + dice.below(8); step > 0; step -= 1) {
    const work = called.client.agreement ? operation(dice, called.client) : called.client.associate();
    run(called, wire, log, work, clock);
  }
  if (called.session.notifications.length > 0) log.reach('notified');
}

const KNOWN = [
  ...ENDS,
  ...[...PROTOCOL, 'what does not decode'].map((error) => `protocol: ${error}`),
  ...[...SECURITY, 'what does not decode'].map((error) => `security: ${error}`),
];
/** What mutated frames of an honest device come to often; the rest is for the server that makes its answers up. */
const OFTEN = [
  ...['ok', 'exception', 'result', 'lost, timeout', 'protocol: what does not decode', 'security: what does not decode'],
  ...['security: the answer repeats an invocation counter', 'security: deciphering: the tag does not verify'],
];

export const CLIENT_TARGETS: readonly Target[] = [
  {
    ...{ name: 'clientSession', share: 2, allowance: SESSION, run: sessionCase },
    known: [...KNOWN, 'connected', 'not connected'],
    rare: KNOWN.filter((outcome) => !OFTEN.includes(outcome)),
  },
  {
    ...{ name: 'contraryServer', share: 6, allowance: SESSION, run: contraryCase },
    // There is no link to go down.
    known: [...KNOWN.filter((outcome) => outcome !== 'lost, linkDown'), 'connected', 'notified'],
    rare: ['protocol: SET with list answered with another'],
  },
];
