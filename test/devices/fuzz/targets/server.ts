// The device's side as a whole: associations alone, and connections with their framing, hub and sleepy meter.
import { Association } from '../../../../devices/dlms/server/association.ts';
import { connectDevice, labDevice, labInstallation } from '../../../../devices/personas/emulatedInstallation.ts';
import { DEVICE_KINDS } from '../../../../devices/personas/labProfile.ts';
import { NOW } from '../../dlms/harness.ts';
import { hdlcCarrier, wrapperCarrier } from '../carriers.ts';
import type { Dice } from '../dice.ts';
import { FIXED_CHALLENGE } from '../hand.ts';
import { type Carrier, type ClientSap, play } from '../session.ts';
import { type CaseLog, SESSION, type Target } from '../target.ts';

const CLIENTS: readonly ClientSap[] = [16, 17, 17, 1, 1, 1];
const challenge = (): Uint8Array => FIXED_CHALLENGE.toReversed();

/** Cuts the power at some point of a key install, in one case of a few. */
function powerCut(dice: Dice): (point: number) => boolean {
  const at = dice.oneIn(2) ? 1 + dice.below(6) : 0;
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

/** What the server may answer, as src tells: AAREs by result and diagnostic, exceptions by state and service error. */
const ANSWERS = [
  'silence',
  ...['0/0', '0/14', '1/1', '1/2', '1/2 of the provider', '1/3', '1/11', '1/13', '1/14'].map((code) => `AARE ${code}`),
  ...[0, 1, 2, 3].map((error) => `AARE 1/1, initiate error ${error}`),
  ...['1/2', '1/3', '2/2', '1/5', '2/5', '1/6'].map((code) => `exception ${code}`),
  ...['RLRE 0', 'RLRE 1', 'getList', 'getBlock', 'getBlock last', 'getBlockError 16', 'getBlockError 19'],
  ...['data', 3, 4, 9, 12, 13, 14].map((result) => `getNormal ${result}`),
  ...[0, 3, 4, 9, 12, 13].map((result) => `setNormal ${result}`),
  ...['setList', 'setBlock', 'setLastList', 'actionList', 'actionNext'],
  ...[0, 3, 4, 9, 12, 13, 18, 19].map((result) => `setLast ${result}`),
  ...[0, '0 with data', 2, 3, 4, 9, 12, 16, 19, 250].map((result) => `actionNormal ${result}`),
  'power cut',
];
const LINK = ['open', 'closed', 'connecting', 'closing'].map((state) => `link ${state}`);

export const SERVER_TARGETS: readonly Target[] = [
  {
    ...{ name: 'association', share: 18, allowance: SESSION, run: associationCase },
    known: [...ANSWERS, 'status 0', 'status 1', 'status 2'],
    rare: ['getBlockError 19'],
  },
  {
    ...{ name: 'wrapperConnection', share: 4, allowance: SESSION, run: connectionCase('wrapper') },
    known: [...ANSWERS, 'waits for a sleepy device'],
    rare: ANSWERS,
  },
  {
    ...{ name: 'hdlcConnection', share: 4, allowance: SESSION, run: connectionCase('hdlc') },
    known: [...ANSWERS, ...LINK],
    rare: ANSWERS,
  },
];
