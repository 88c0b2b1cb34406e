// Started by deviceMemory.ts in a process of its own: makes so many devices, uses each, and says what they weigh after
// every collection. Argument: how many. Prints one line of JSON.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { instantOf } from '../../../devices/cosem/dateTime.ts';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { ascii, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { type Conversation, DlmsClient } from '../../../devices/dlms/client/client.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import type { ClientResult } from '../../../devices/dlms/client/clientResult.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import type { ServerConnection } from '../../../devices/dlms/server/serverConnection.ts';
import { uint16 } from '../../../devices/dlms/encoding/values.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { DEVICE_KINDS, LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { KEY_TRANSFER } from '../../../devices/headend/objects.ts';
import { assert } from '../../../src/assert.ts';
import type { DeviceMemory } from './deviceMemory.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const NOW = Date.UTC(2022, 0, 10, 12) / 1000;
const LDN = { classId: 1, ln: '00002A0000FF', id: 2 };
const CLOCK = { classId: 8, ln: '0000010000FF', id: 2 };
const CLOCK_SHIFT = { ...CLOCK, id: 6 };
const NEW_KEY = fromHex('A5'.repeat(16));
/** One in so many devices is written to; the others are looked at. */
const WRITTEN_ONE_IN = 100;

let counter = 0;

/** One association with a device over a connection that stays open: of management, or of the public client. */
function caller(
  connection: ServerConnection,
  isPublic = false,
): <T>(work: (client: DlmsClient) => Conversation<ClientResult<T>>) => T {
  const security = { systemTitle: ascii('BENCH001'), keys: LAB_KEYS, nextCounter: () => (counter += 1) };
  const client = new DlmsClient(isPublic ? { authentication: 'none' } : { authentication: 'gmac', security });
  const session = new ClientSession({ framing: 'wrapper', client: isPublic ? 16 : 1, server: 1 });
  const ask = <T>(work: (client: DlmsClient) => Conversation<ClientResult<T>>): T => {
    const { exchange, send } = session.start(work(client), NOW);
    for (let outgoing = send; outgoing.length > 0;) {
      const back = outgoing.flatMap((bytes) => connection.receive(bytes, NOW));
      outgoing = back.flatMap((bytes) => session.receive(bytes, NOW));
    }
    const { result } = exchange;
    assert(result?.ok === true, 'a device answers what it is asked');
    return result.value;
  };
  ask((made) => made.associate());
  return ask;
}

/** Associates, and reads the device's own name: a value that is another one's is found at once. */
function use(device: CosemDevice, connection: ServerConnection): void {
  const name = caller(connection)((client) => client.get(LDN));
  const text = name.type === 'octetString' ? Buffer.from(name.value).toString('latin1') : '';
  assert(text === device.identity.name, 'a device says its own name');
}

function weigh(): { heap: number; resident: number } {
  collect();
  collect();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + arrayBuffers, resident: rss };
}

const make = (number: number): CosemDevice => labDevice(DEVICE_KINDS[number % DEVICE_KINDS.length]!, number);

/** What of one device could show in another: its clock as a client reads it, its keys, and how far its counters are. */
function shown(device: CosemDevice): string {
  const clock = caller(connectDevice(device, { framing: 'wrapper' }), true)((client) => client.get(CLOCK));
  const { keys } = device.keyring;
  return [instantOf(clock), ...Object.values(keys).map(toHex), device.keyring.highestAccepted].join(' ');
}

const count = Number(process.argv[2]);
// Models, code and one of everything, before anything is weighed.
for (let i = 0; i < 300; i += 1) use(make(i), connectDevice(make(i), { framing: 'wrapper' }));

const empty = weigh();
const states: DeviceMemory['states'][number][] = [];
function note(state: string): void {
  const { heap, resident } = weigh();
  states.push({ state, heap: (heap - empty.heap) / count, resident: (resident - empty.resident) / count });
}

const devices = Array.from({ length: count }, (_, number) => make(number));
note('idle');
let connections = devices.map((device) => connectDevice(device, { framing: 'wrapper' }));
note('a connection to each');
for (const [i, device] of devices.entries()) use(device, connections[i]!);
note('after a GMAC association and a read of each, still associated');
for (const connection of connections) connection.close();
connections = [];
note('after that, hung up');

const before = devices.map(shown);
const names = new Set(devices.map(({ identity }) => identity.name));
for (let i = 0; i < count; i += WRITTEN_ONE_IN) {
  const ask = caller(connectDevice(devices[i]!, { framing: 'wrapper' }));
  ask((client) => client.action(CLOCK_SHIFT, uint16(1 + (i % 800))));
  const wrapped = wrapKey(LAB_KEYS.kek, NEW_KEY);
  ask((client) => client.action(KEY_TRANSFER, keyTransferParameter([{ keyId: 2, wrapped }])));
}
const leaks = devices.flatMap((device, i) => {
  const isWritten = i % WRITTEN_ONE_IN === 0;
  const isChanged = shown(device) !== before[i];
  if (isWritten === isChanged) return [];
  return [
    `device ${device.identity.name} was ${isWritten ? 'written to and shows nothing' : 'not written to and changed'}`,
  ];
});
if (names.size !== count) leaks.push(`${count} devices have ${names.size} names`);
const answer: DeviceMemory = { devices: count, states, leaks };
console.log(JSON.stringify(answer));
