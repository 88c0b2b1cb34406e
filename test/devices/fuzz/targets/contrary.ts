// The head-end's side, facing a server that makes its answers up.
import { encodeAare, encodeRelease } from '../../../../devices/dlms/apdu/acse.ts';
import type { GetResult, ServiceRequest, ServiceResponse } from '../../../../devices/dlms/apdu/apdu.ts';
import { decodeRequest } from '../../../../devices/dlms/apdu/apduRequest.ts';
import { encodeResponse } from '../../../../devices/dlms/apdu/apduResponse.ts';
import { ascii, NO_BYTES } from '../../../../devices/dlms/encoding/bytes.ts';
import { isCiphered } from '../../../../devices/dlms/security/ciphering.ts';
import { encodeInitiateError, encodeInitiateResponse } from '../../../../devices/dlms/apdu/initiate.ts';
import { encodeWrapper, WrapperParser } from '../../../../devices/dlms/framing/wrapper.ts';
import { NOW } from '../../dlms/harness.ts';
import { caller, CLIENT_ENDS, operation, run, type Wire } from '../caller.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { CLIENT_TITLE, FIXED_CHALLENGE, Hand, type Sealing } from '../hand.ts';
import { mutated } from '../mutate.ts';
import { type CaseLog, law, SESSION, type Target } from '../target.ts';

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

export const CONTRARY_TARGET: Target = {
  ...{ name: 'contraryServer', share: 6, allowance: SESSION, run: contraryCase },
  // There is no link to go down.
  known: [
    ...CLIENT_ENDS.filter((outcome) => !['lost, linkDown', 'lost, linkRefused'].includes(outcome)),
    'connected',
    'notified',
  ],
  rare: ['protocol: SET with list answered with another'],
};
