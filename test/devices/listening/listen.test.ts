/** What emulated devices push is what `devices listen` says, in every framing and over every carrier. */
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { DecodedLine } from '../../../devices/decode/decodeCapture.ts';
import { decodeDataNotification } from '../../../devices/dlms/apdu/apduResponse.ts';
import { membersOf, numberOf } from '../../../devices/dlms/encoding/values.ts';
import { emulate } from '../../../devices/emulate/emulate.ts';
import { readoutOf } from '../../../devices/emulate/emulatedReadout.ts';
import { labProfile, profileOf } from '../../../devices/emulate/profile.ts';
import { profileSchema } from '../../../devices/emulate/profileSchema.ts';
import { pushOf, type PushTarget } from '../../../devices/emulate/push.ts';
import { PUSH_FRAMINGS, type PushFraming } from '../../../devices/emulate/pushFrames.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import { listen, type Listening, type ListenOptions } from '../../../devices/listening/listen.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { hostAndPort } from '../../../devices/rig/file/places.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { aedesBroker } from '../transport/brokers.ts';

const AT = Date.UTC(2022, 0, 10, 10, 7) / 1000;
const timers = { nowMilliseconds: () => AT * 1000, after: wallTimers().after };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Listens, and resolves `heard` when a line fits. */
async function listening(of: Partial<ListenOptions>): Promise<{
  on: Listening;
  lines: DecodedLine[];
  heard: (fits: (line: DecodedLine) => boolean) => Promise<DecodedLine>;
}> {
  const lines: DecodedLine[] = [];
  const looks = new Set<() => void>();
  const on = await listen({
    framing: 'auto',
    keys: [LAB_KEYS],
    timers,
    ...of,
    onLine: (line) => (lines.push(line), looks.forEach((look) => look())),
  });
  closers.push(() => on.close());
  const heard = (fits: (line: DecodedLine) => boolean): Promise<DecodedLine> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = lines.find(fits);
        if (found) resolve(found);
      };
      looks.add(look);
      look();
    });
  return { on, lines, heard };
}

const isPush = ({ text }: DecodedLine): boolean => text.includes('data-notification') && text.includes('SMB');

describe.each(PUSH_FRAMINGS)('framed as %s', (framing: PushFraming) => {
  test.each([false, true])('a push over TCP is decoded, ciphered: %s', async (isCiphered) => {
    const { on, lines, heard } = await listening({ tcp: { host: '127.0.0.1', port: 0 } });
    const to: PushTarget = { kind: 'tcp', ...hostAndPort(on.at[0]!.slice('tcp '.length))! };
    const emulation = await emulate({
      profile: labProfile(),
      timers,
      push: { to, framing, everySeconds: 3600, isCiphered },
    });
    closers.push(() => emulation.close());
    const line = await heard(isPush);
    const [unit] = emulation.units;
    const plain = decodeDataNotification(pushOf(unit!.devices[0]!, AT, false)!);
    const register = numberOf(membersOf(plain.ok ? plain.value.body : undefined)?.[2]);
    expect(register).toBeGreaterThan(0);
    expect(line.text).toContain(`${register}}`);
    expect(line.text.includes('counter 1')).toBe(isCiphered);
    await heard(({ text }) => text === 'closed');
    expect(lines.filter(({ isDamage }) => isDamage)).toEqual([]);
  });
});

const OTHER_CLIENTS = {
  clients: [
    { sap: 3, role: 'management', authentication: 'gmac' },
    { sap: 32, role: 'reader', authentication: 'none' },
  ],
};

test.each([
  ['esme', {}],
  ['esme', OTHER_CLIENTS],
  ['gsme', {}],
  ['gsme', OTHER_CLIENTS],
] as const)(
  'the push of an %s with the profile %j holds its name, its time and what it measured',
  (device, document) => {
    const profile = profileOf(profileSchema.parse(document), () => '');
    const unit = makeUnit({ profile, device, number: 1, timers, onPowerCut: () => undefined });
    const push = decodeDataNotification(pushOf(unit.devices[0]!, AT, false)!);
    const values = membersOf(push.ok ? push.value.body : undefined) ?? [];
    expect(values.map(({ type }) => type)).toEqual(['octetString', 'octetString', 'doubleLongUnsigned']);
    // The read-out of the optical port shows what the same reader may read.
    const measured = readoutOf(unit.devices[0]!.device, AT).filter(({ unit: of }) => of !== undefined);
    expect(measured.map(({ address }) => address)).toContain(device === 'esme' ? '1.8.0' : '7-0:3.0.0');
  },
);

test('pushes over a broker are decoded by the topic that they come on', async () => {
  const broker = await aedesBroker();
  closers.push(() => broker.stop());
  const { heard } = await listening({ mqtt: { url: broker.url, topics: ['smb/v1/+/rig/+/pdu/s2c'] } });
  const push = {
    to: { kind: 'mqtt', url: broker.url, bench: 'lab' },
    framing: 'wrapper',
    everySeconds: 3600,
    isCiphered: false,
  } as const;
  const emulation = await emulate({ profile: labProfile(), device: 'chf', timers, push });
  closers.push(() => emulation.close());
  expect(await heard(isPush)).toMatchObject({ endpoint: 'smb/v1/lab/rig/SMBC00000001/pdu/s2c', dir: 's2c' });
});

test('octets that are no frame are named with their offset, byte by byte as they come', async () => {
  const { on, heard, lines } = await listening({ tcp: { host: '127.0.0.1', port: 0 }, keys: [] });
  const { host, port } = hostAndPort(on.at[0]!.slice('tcp '.length))!;
  const socket = connect(port, host);
  const push = Buffer.from('000100010011000F0F000000010002020906' + '0000600B00FF' + '1201F4', 'hex');
  push.writeUInt16BE(push.length - 8, 6);
  socket.setNoDelay(true);
  for (const octet of Buffer.concat([push, Buffer.from('hello, who is there?'), push])) socket.write(Buffer.of(octet));
  socket.end();
  await heard(({ text }) => text === 'closed');
  expect(lines.filter(({ text }) => text.startsWith('data-notification'))).toHaveLength(2);
  expect(lines.find(({ isDamage }) => isDamage)!.text).toContain(`offset ${push.length}: 20 byte(s) are no frame`);
});
