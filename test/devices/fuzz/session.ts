// A client's session with an emulated device, valid in the main, with something mutated in the middle of it.
import { CURRENT_ASSOCIATION } from '../../../devices/dlms/apdu/apdu.ts';
import { encodeAarq, encodeRelease } from '../../../devices/dlms/apdu/acse.ts';
import type { ServiceRequest, ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import { encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { ascii, equalBytes } from '../../../devices/dlms/encoding/bytes.ts';
import { AUTHENTICATED, ENCRYPTED, type Family } from '../../../devices/dlms/security/ciphering.ts';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { KEY_NAMES } from '../../../devices/cosem/deviceKeyring.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { ALL, INITIATES, REQUEST_APDUS } from './corpus.ts';
import type { Dice } from './dice.ts';
import { type Answer, CLIENT_TITLE, described, FIXED_CHALLENGE, Hand } from './hand.ts';
import { mutated } from './mutate.ts';
import { NEW_KEYS, REQUEST_GROUPS, SCRIPTS } from './requests.ts';
import { retyped } from './retype.ts';
import { type CaseLog, law } from './target.ts';

/** Client SAPs of the lab: public, LLS, HLS-GMAC. */
export type ClientSap = 16 | 17 | 1;

/** What brings an APDU to the device and its answer back, with whatever it does to frames on the way. */
export interface Carrier {
  exchange(apdu: Uint8Array): Uint8Array | undefined;
  /** The device lost its power and has it again. */
  reset(): void;
}

export interface Played {
  readonly carrier: Carrier;
  readonly device: CosemDevice;
  readonly client: ClientSap;
  readonly steps: number;
  /** One in so many APDUs is mutated; carriers that mutate frames themselves leave the APDUs whole more often. */
  readonly mutateOneIn: number;
}

const KNOWN_KEYS = [...KEY_NAMES.map((name) => LAB_KEYS[name]), ...NEW_KEYS];
const FAMILIES: readonly Family[] = ['glo', 'glo', 'generalGlo', 'ded', 'generalDed'];
const CONTROLS = [
  AUTHENTICATED | ENCRYPTED,
  AUTHENTICATED | ENCRYPTED,
  AUTHENTICATED | ENCRYPTED,
  AUTHENTICATED,
  ENCRYPTED,
];
const PLAIN_CONTROLS = [0x00, 0x01, 0x70, 0xb0];

/** Plays one session; holds every answer to what an answer may be, and the device's keys to those it may have. */
export function play(dice: Dice, log: CaseLog, played: Played): void {
  const { carrier, device, client } = played;
  const hand = new Hand({ own: CLIENT_TITLE, peer: device.systemTitle });
  const isCiphered = client === 1;
  let isAssociated = false;
  let followUp: ServiceRequest | undefined;
  let script: (typeof SCRIPTS)[number] = [];

  function say(apdu: Uint8Array): Answer {
    const bytes = dice.oneIn(played.mutateOneIn * 2) ? log.input(mutated(dice, apdu, ALL)) : log.given(apdu);
    const answer = hand.answer(carrier.exchange(bytes));
    log.reach(described(answer));
    for (const name of KEY_NAMES) {
      const isKnown = KNOWN_KEYS.some((key) => equalBytes(key, device.keyring.keys[name]));
      law(isKnown, 'a key changes only to what was wrapped under the KEK');
    }
    law(client === 1 || device.keyring.keys === LAB_KEYS, 'who proved no key changes none, whatever he sends');
    hand.keys = device.keyring.keys;
    holdsToItself(device);
    if (!device.powered) {
      log.reach('power cut');
      device.restart();
      carrier.reset();
      isAssociated = false;
    }
    return answer;
  }

  /** Plain bytes: valid ones, or mutated ones that the protection around them does not give away. */
  function inner(plain: Uint8Array): Uint8Array {
    if (!dice.oneIn(played.mutateOneIn)) return plain;
    return log.input((dice.oneIn(2) ? retyped(dice, plain) : undefined) ?? mutated(dice, plain, ALL));
  }

  function protect(plain: Uint8Array): Uint8Array {
    if (!isCiphered) return plain;
    if (dice.oneIn(40)) return plain;
    const control = dice.oneIn(30) ? dice.pick(PLAIN_CONTROLS) : dice.pick(CONTROLS);
    const counter = dice.oneIn(25) ? dice.below(hand.counter + 1) : (hand.counter += 1);
    return hand.seal(plain, { family: dice.pick(FAMILIES), control, counter });
  }

  function associate(): void {
    const initiate = inner(dice.oneIn(4) ? dice.pick(INITIATES) : INITIATES[dice.pick([0, 0, 0, 5, 6, 7])]!);
    const isDedicated = isCiphered && dice.oneIn(3);
    const userInformation = isCiphered
      ? hand.seal(isDedicated ? INITIATES[1]! : initiate, { family: 'glo' })
      : initiate;
    const mechanism = dice.oneIn(20) ? dice.below(8) : { 16: 0, 17: 1, 1: 5 }[client];
    const authenticationValue = mechanism === 1 ? ascii(dice.oneIn(12) ? 'gurux' : 'Gurux') : FIXED_CHALLENGE;
    const aarq = encodeAarq({
      context: dice.oneIn(20) ? dice.below(5) : isCiphered ? 3 : 1,
      mechanism,
      userInformation,
      ...(mechanism !== 0 && { authenticationValue }),
      ...((isCiphered || dice.oneIn(2)) && { callingTitle: dice.oneIn(20) ? device.systemTitle : CLIENT_TITLE }),
      ...(dice.oneIn(10) && { protocolVersion1: dice.oneIn(2) }),
    });
    const answer = say(aarq);
    isAssociated = answer.kind === 'aare' && answer.aare.result === 0;
    if (!isAssociated || answer.kind !== 'aare' || client !== 1) return;
    // While the proof is pending nothing else is allowed; sometimes that is tried.
    if (dice.oneIn(8)) say(protect(inner(dice.pick(REQUEST_APDUS))));
    const challenge = answer.aare.authenticationValue ?? FIXED_CHALLENGE;
    const value = inner(hand.prove(challenge));
    const proof = { classId: 15, ln: CURRENT_ASSOCIATION, id: 1 };
    say(
      protect(
        encodeRequest({ kind: 'actionNormal', invoke: 0xc1, method: proof, parameter: { type: 'octetString', value } }),
      ),
    );
  }

  for (let step = 0; step < played.steps; step += 1) {
    if (!isAssociated || dice.oneIn(30)) {
      associate();
      continue;
    }
    if (script.length === 0 && dice.oneIn(8)) script = dice.pick(SCRIPTS);
    if (script[0] === 'release' || dice.oneIn(30)) {
      script = [];
      const userInformation =
        isCiphered && dice.oneIn(2) ? hand.seal(inner(INITIATES[0]!), { family: 'glo' }) : undefined;
      say(encodeRelease('request', { reason: 0, ...(userInformation && { userInformation }) }));
      isAssociated = false;
      continue;
    }
    const isFollowing = followUp !== undefined && !dice.oneIn(4);
    const isScripted = !isFollowing && script.length > 0;
    const scripted = isScripted ? (script[0] as ServiceRequest) : undefined;
    const request = (isFollowing ? followUp : scripted) ?? dice.pick(dice.pick(REQUEST_GROUPS));
    if (isScripted) script = script.slice(1);
    const plain = encodeRequest(request);
    // What belongs together is left whole more often than not, or none of it would come to its end.
    const isWhole = (isFollowing || isScripted) && !dice.oneIn(4);
    const answer = say(protect(isWhole ? plain : inner(plain)));
    followUp = answer.kind === 'service' ? next(dice, answer.response) : undefined;
  }
}

/** What no request may do to a device's state, whatever it carries. */
function holdsToItself(device: CosemDevice): void {
  law(Number.isSafeInteger(device.clockOffsetSeconds), 'a clock is off by whole seconds');
  const image = device.peekSlot<{ readonly size: number; readonly blocks: readonly unknown[] }>('image');
  if (!image) return;
  law(Number.isSafeInteger(image.size), 'an image has a whole size');
  law(Object.keys(image.blocks).length <= Math.ceil(image.size / 256), 'an image holds no more than its blocks');
}

/** What goes on where a block transfer stands, as a rule with the right number. */
function next(dice: Dice, response: ServiceResponse): ServiceRequest | undefined {
  const off = dice.oneIn(5) ? 1 : 0;
  const raw = (): Uint8Array => dice.bytes(dice.below(40));
  switch (response.kind) {
    case 'getBlock':
      return { kind: 'getNext', invoke: 0xc1, number: response.block.number + off };
    case 'actionBlock':
      return { kind: 'actionNext', invoke: 0xc1, number: response.block.number + off };
    case 'setBlock':
    case 'actionNext': {
      const block = { last: dice.oneIn(3), number: (response.number + 1 + off) >>> 0, raw: raw() };
      return { kind: response.kind === 'setBlock' ? 'setBlock' : 'actionBlock', invoke: 0xc1, block };
    }
    default:
      return undefined;
  }
}
