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
import { CLIENT_TITLE, FIXED_CHALLENGE, Hand } from '../hand.ts';
import { mutated } from '../mutate.ts';
import { REQUESTS } from '../requests.ts';
import { type CaseLog, law, SESSION, type Target, words } from '../target.ts';

const SAPS = { none: 16, lls: 17, gmac: 1 } as const;
type Authentication = keyof typeof SAPS;
const SERVER = 1;
/** What one operation may take: more than any honest one does, and far less than for ever. */
const TURNS_MAX = 20_000;
const VALUE_BYTES_MAX = 4096;

interface Caller {
  readonly client: DlmsClient;
  readonly session: ClientSession;
  readonly authentication: Authentication;
}

function caller(dice: Dice, framing: 'wrapper' | 'hdlc'): Caller {
  const authentication = dice.pick(['none', 'lls', 'gmac', 'gmac'] as const);
  let counter = 0;
  const security = {
    ...{ systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter: () => (counter += 1) },
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
      return client.setList(request.requests, request.values);
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

function ended(result: ClientResult<unknown>): string {
  if (result.ok) return 'ok';
  const { error } = result;
  switch (error.kind) {
    case 'security':
    case 'protocol':
      return `${error.kind}: ${words(error.error)}`;
    default:
      return error.kind;
  }
}

/** An answer of the device with something changed within its protection, sealed again under the keys of the lab. */
function resealed(dice: Dice, hand: Hand, apdu: Uint8Array): Uint8Array {
  const others = corpus.RESPONSE_APDUS;
  if (!isCiphered(apdu[0] ?? 0)) return mutated(dice, apdu, others);
  const opened = hand.unseal(apdu);
  if (!opened) return apdu;
  const { family, control, counter } = opened.sealing;
  return hand.seal(mutated(dice, opened.plain, others), { family, control, counter: counter + dice.below(2) });
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
  const result = dice.below(22);
  const got = (): GetResult =>
    dice.oneIn(3) ? { ok: false, result } : { ok: true, data: { type: 'unsigned', value: 1 } };
  const block = (number: number) => ({ last: dice.oneIn(6), number, raw: dice.bytes(dice.pick([0, 0, 1, 200])) });
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
    if (dice.oneIn(20)) return dice.pick(corpus.EXCEPTIONS);
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
    const { family, control } = opened.sealing;
    return hand.seal(changed, { family, control: dice.oneIn(30) ? 0x10 : control });
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

export const CLIENT_TARGETS: readonly Target[] = [
  { name: 'clientSession', share: 6, allowance: SESSION, known: [], run: sessionCase },
  { name: 'contraryServer', share: 5, allowance: SESSION, known: [], run: contraryCase },
];
