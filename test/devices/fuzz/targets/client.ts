// The head-end's side, facing an honest device whose frames are mutated on their way.
import { concat, NO_BYTES } from '../../../../devices/dlms/encoding/bytes.ts';
import { isCiphered } from '../../../../devices/dlms/security/ciphering.ts';
import { controlRR, DM, FRMR, LLC_RESPONSE, POLL_FINAL, UA } from '../../../../devices/dlms/framing/hdlcControl.ts';
import { decodeFrame, encodeFrame } from '../../../../devices/dlms/framing/hdlcFrame.ts';
import { encodeWrapper } from '../../../../devices/dlms/framing/wrapper.ts';
import { connectDevice, labDevice } from '../../../../devices/personas/emulatedInstallation.ts';
import { NOW } from '../../dlms/harness.ts';
import { caller, CLIENT_ENDS, operation, run, SAPS, SERVER, type Wire } from '../caller.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { mutatedHdlc, mutatedWrapper } from '../frames.ts';
import { FIXED_CHALLENGE, Hand } from '../hand.ts';
import { mutated } from '../mutate.ts';
import { type CaseLog, law, SESSION, type Target } from '../target.ts';

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
  const device = labDevice(dice.pick(['chf', 'esme'] as const), 1, {
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

/** What mutated frames of an honest device come to often; the rest is for the server that makes its answers up. */
const OFTEN = [
  ...['ok', 'exception', 'result', 'lost, timeout', 'protocol: what does not decode', 'security: what does not decode'],
  ...['security: the answer repeats an invocation counter', 'security: deciphering: the tag does not verify'],
];

export const CLIENT_TARGET: Target = {
  ...{ name: 'clientSession', share: 2, allowance: SESSION, run: sessionCase },
  known: [...CLIENT_ENDS, 'sealedComplaint', 'connected', 'not connected'],
  rare: [...CLIENT_ENDS.filter((outcome) => !OFTEN.includes(outcome)), 'sealedComplaint'],
};
