// Valid input without end. Whoever keeps something of each message grows by it; whoever waits for the last one never ends.
import { Association } from '../../../devices/dlms/server/association.ts';
import { encodeAarq } from '../../../devices/dlms/apdu/acse.ts';
import { encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { concat, fromHex, NO_BYTES } from '../../../devices/dlms/encoding/bytes.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { controlI, encodeParameters, POLL_FINAL, SNRM, UA } from '../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, serverAddress, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { HdlcClient } from '../../../devices/dlms/framing/hdlcClient.ts';
import { HdlcServer } from '../../../devices/dlms/framing/hdlcServer.ts';
import { encodeWrapper, WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import { obis } from '../../../devices/cosem/object.ts';
import { commandBlock, dataBlock } from '../../../devices/iec62056_21/frames.ts';
import { modeCMeter } from '../../../devices/iec62056_21/meter.ts';
import { modeCReader } from '../../../devices/iec62056_21/reader.ts';
import { scanner } from '../../../devices/iec62056_21/scanner.ts';
import { lineSplitter } from '../../../devices/hardware/driverProcess.ts';
import { labDevice, labInstallation } from '../../../devices/personas/emulatedInstallation.ts';

import { NOW } from '../dlms/harness.ts';
import { INITIATES, NOTIFICATIONS } from './corpus.ts';
import { Hand } from './hand.ts';
import { settledHeapBytes } from './play.ts';
import { law } from './target.ts';

/** Something that is told the same kind of thing again and again. */
export interface Flood {
  readonly name: string;
  /** Makes what is flooded. `push` gives the n-th message; what it keeps, it keeps by itself. */
  start(): (n: number) => void;
}

/**
 * Heap that a flood may leave behind: code and caches come to a few hundred kilobytes, and a message that is kept, as one
 * empty array in a list, to more than a hundred bytes.
 */
export const FLOOD_KEEPS_MAX = 1 << 19;
/** Times that a flood is let loose before it is believed to leave too much. */
const FLOODED_AGAIN = 3;
export const FLOOD_MESSAGES_MIN = 6000;

/** Bytes of heap that a flood left behind, a first part of it not counted: buffers may be made once. */
export function floodKeeps(flood: Flood, messages: number): number {
  let least = Infinity;
  // What is kept is kept every time; a compiler at work is not.
  for (let time = 0; time < FLOODED_AGAIN && least >= FLOOD_KEEPS_MAX; time += 1) {
    least = Math.min(least, keptOnce(flood, messages));
  }
  return least;
}

function keptOnce(flood: Flood, messages: number): number {
  const push = flood.start();
  const warm = Math.floor(messages / 6);
  for (let n = 0; n < warm; n += 1) push(n);
  const before = settledHeapBytes();
  for (let n = warm; n < messages; n += 1) push(n);
  const kept = settledHeapBytes() - before;
  push(messages);
  return kept;
}

const aarq = encodeAarq({ context: 1, mechanism: 0, userInformation: INITIATES[0]! });
const CLOCK = { classId: 8, ln: obis('0.0.1.0.0.255'), id: 2 };

/** An LLS association that takes what clients write in blocks. */
function reading(): Association {
  const association = new Association(labDevice('esme', 1), { client: 17, server: 1 });
  const authenticationValue = Buffer.from('Gurux');
  association.receive(
    encodeAarq({ context: 1, mechanism: 1, authenticationValue, userInformation: INITIATES[6]! }),
    NOW,
  );
  law(association.view.status === 2, 'the flooded client is associated');
  return association;
}

const addresses = { destination: serverAddress(1), source: shortAddress(16) };
const toServer = (control: number, information = NO_BYTES, segmented = false): Uint8Array =>
  encodeFrame({ ...addresses, control, information, segmented });
const toClient = (control: number, information = NO_BYTES, segmented = false): Uint8Array =>
  encodeFrame({ source: addresses.destination, destination: addresses.source, control, information, segmented });

/** An open link on the client's side, and a request on its way. */
function openClient(): HdlcClient {
  const client = new HdlcClient({ client: addresses.source, server: addresses.destination });
  client.connect(NOW);
  client.receive(toClient(UA | POLL_FINAL), NOW);
  client.send(fromHex('C001C100080000010000FF0200'), NOW);
  return client;
}

export const FLOODS: readonly Flood[] = [
  {
    name: 'SET in blocks with nothing in them',
    start() {
      const association = reading();
      const block = (number: number) => ({ last: false, number, raw: NO_BYTES });
      const first = encodeRequest({ kind: 'setFirst', invoke: 1, request: { attribute: CLOCK }, block: block(1) });
      law(association.receive(first, NOW)?.[0] === 0xc5, 'a long SET begins');
      return (n) => {
        const answer = association.receive(encodeRequest({ kind: 'setBlock', invoke: 1, block: block(n + 2) }), NOW);
        law(answer?.[1] === 2, 'a long SET goes on');
      };
    },
  },
  {
    name: 'ACTION in blocks of a byte',
    start() {
      const association = reading();
      const method = { ...CLOCK, id: 6 };
      const block = (number: number) => ({ last: false, number, raw: fromHex('00') });
      association.receive(encodeRequest({ kind: 'actionFirst', invoke: 1, method, block: block(1) }), NOW);
      return (n) => {
        const answer = association.receive(encodeRequest({ kind: 'actionBlock', invoke: 1, block: block(n + 2) }), NOW);
        law(answer?.[1] === 4, 'a long ACTION goes on');
      };
    },
  },
  {
    name: 'associations under ever new titles',
    start() {
      const device = labDevice('chf', 1);
      return (n) => {
        const own = new Uint8Array(8);
        new DataView(own.buffer).setUint32(0, n);
        const hand = new Hand({ own, peer: device.systemTitle });
        const association = new Association(device, { client: 1, server: 1 });
        const userInformation = hand.seal(INITIATES[0]!, { family: 'glo' });
        const gmac = { context: 3, mechanism: 5, callingTitle: own, authenticationValue: new Uint8Array(16) };
        association.receive(encodeAarq({ ...gmac, userInformation }), NOW);
      };
    },
  },
  {
    name: 'segments with nothing in them, to a server',
    start() {
      const server = new HdlcServer({ serves: () => true });
      server.receive(toServer(SNRM | POLL_FINAL), NOW);
      return (n) => {
        const events = server.receive(toServer(controlI(n & 7, 0, true), NO_BYTES, true), NOW);
        law(events.length === 1, 'a segment is acknowledged');
      };
    },
  },
  {
    name: 'links from every address',
    start() {
      const server = new HdlcServer({ serves: () => true });
      const information = encodeParameters({
        transmitBytesMax: 128,
        receiveBytesMax: 128,
        transmitWindow: 7,
        receiveWindow: 7,
      });
      return (n) => {
        const destination = serverAddress(n & 0x7f, (n >> 7) & 0x7f, 2);
        const snrm = { destination, source: shortAddress(n % 127), control: SNRM | POLL_FINAL, segmented: false };
        server.receive(encodeFrame({ ...snrm, information }), NOW);
      };
    },
  },
  {
    name: 'segments with nothing in them, to a client',
    start() {
      const client = openClient();
      return (n) => void client.receive(toClient(controlI(n & 7, 1, false), NO_BYTES, true), NOW);
    },
  },
  {
    name: 'APDUs of every client over the wrapper',
    start() {
      const connection = labInstallation(1).connect({ framing: 'wrapper' });
      return (n) =>
        void connection.receive(encodeWrapper({ source: n & 0xffff, destination: 1 + (n % 3), apdu: aarq }), NOW);
    },
  },
  {
    name: 'APDUs to a device that sleeps',
    start() {
      const connection = labInstallation(1).connect({ framing: 'wrapper' });
      return () => void connection.receive(encodeWrapper({ source: 16, destination: 3, apdu: aarq }), NOW + 900);
    },
  },
  {
    name: 'a PDU that comes in single bytes',
    start() {
      const parser = new WrapperParser();
      parser.receive(fromHex('000100100001FFFF'));
      return () => void parser.receive(new Uint8Array(1));
    },
  },
  {
    name: 'notifications that nobody takes',
    start() {
      const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1 });
      const push = encodeWrapper({ source: 1, destination: 16, apdu: NOTIFICATIONS[0]! });
      return () => void session.receive(push, NOW);
    },
  },
  {
    name: 'a block of the optical port that does not end',
    start() {
      const found = scanner({ blockBytesMax: 4096 });
      return () => {
        found.push(fromHex('0231323334'));
        found.next('programming');
      };
    },
  },
  {
    name: 'requests to a meter',
    start() {
      const identification = { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'x' };
      const meter = modeCMeter({ identification, readout: () => [{ address: '1.8.0', value: '1' }] });
      return (n) => void meter.receive(Buffer.from('/?!\r\n\u0006050\r\n\u0015'), n);
    },
  },
  {
    name: 'an answer in blocks, to a reader',
    start() {
      const reader = modeCReader({ goal: 'programming' });
      return (n) => {
        if (reader.state === 'closed') {
          reader.start(n);
          reader.receive(concat(Buffer.from('/LGZ5x\r\n'), commandBlock('P0', '(1)')), n);
          law(reader.read('1.8.0', n).length === 1, 'a reader asks, and waits for its answer');
        }
        reader.receive(dataBlock('1.8.0(1)', true), n);
      };
    },
  },
  {
    name: 'a line of a driver that comes in single bytes',
    start() {
      const lines = lineSplitter(
        () => undefined,
        () => undefined,
      );
      return () => lines.push(fromHex('31'));
    },
  },
];
