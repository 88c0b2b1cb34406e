// The device's side as a whole: associations alone, and connections with their framing, hub and sleepy meter.
import { Association } from '../../../../devices/dlms/association.ts';
import { connectDevice, labDevice, labInstallation } from '../../../../devices/personas/installation.ts';
import { DEVICE_KINDS } from '../../../../devices/personas/labProfile.ts';
import { NOW } from '../../dlms/harness.ts';
import { hdlcCarrier, wrapperCarrier } from '../carriers.ts';
import type { Dice } from '../dice.ts';
import { FIXED_CHALLENGE } from '../hand.ts';
import { type Carrier, type ClientSap, play } from '../session.ts';
import { type CaseLog, SESSION, type Target } from '../target.ts';

const CLIENTS: readonly ClientSap[] = [16, 17, 1, 1];
const challenge = (): Uint8Array => FIXED_CHALLENGE.toReversed();

/** Cuts the power at some point of a key install, in one case of a few. */
function powerCut(dice: Dice): (point: number) => boolean {
  const at = dice.oneIn(3) ? 1 + dice.below(6) : 0;
  return (point) => point === at;
}

function associationCase(dice: Dice, log: CaseLog): void {
  const client = dice.pick(CLIENTS);
  const device = labDevice(dice.pick(DEVICE_KINDS), 1 + dice.below(3), { challenge, powerCut: powerCut(dice) });
  let at = NOW + dice.below(1000);
  const fresh = (): Association => new Association(device, { client, server: 1 });
  let association = fresh();
  const carrier: Carrier = {
    exchange(apdu) {
      at += dice.below(20);
      const answer = association.receive(apdu, at);
      log.reach(`status ${association.view.status}`);
      return answer;
    },
    reset: () => void (association = fresh()),
  };
  play(dice, log, { carrier, device, client, steps: 4 + dice.below(20), mutateOneIn: 2 });
}

function connectionCase(framing: 'wrapper' | 'hdlc'): Target['run'] {
  return (dice, log) => {
    const client = dice.pick(CLIENTS);
    const clock = { at: NOW + dice.below(3600) };
    const hooks = { challenge, powerCut: powerCut(dice) };
    const isAlone = dice.oneIn(2);
    const installation = labInstallation(1 + dice.below(50), { devices: { chf: hooks, esme: hooks, gsme: hooks } });
    const device = isAlone
      ? labDevice('esme', 1, hooks)
      : dice.pick([installation.chf, installation.esme, installation.gsme!]);
    const server = isAlone ? 1 : [installation.chf, installation.esme, installation.gsme].indexOf(device) + 1;
    const connection = isAlone ? connectDevice(device, { framing }) : installation.connect({ framing });
    const make = framing === 'wrapper' ? wrapperCarrier : hdlcCarrier;
    const carrier = make(dice, log, { connection, client, server, clock });
    play(dice, log, { carrier, device, client, steps: 3 + dice.below(12), mutateOneIn: 4 });
    connection.close();
  };
}

export const SERVER_TARGETS: readonly Target[] = [
  { name: 'association', share: 14, allowance: SESSION, known: [], run: associationCase },
  { name: 'wrapperConnection', share: 7, allowance: SESSION, known: [], run: connectionCase('wrapper') },
  { name: 'hdlcConnection', share: 7, allowance: SESSION, known: [], run: connectionCase('hdlc') },
];
