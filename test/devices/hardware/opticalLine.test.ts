// The opening of an optical port: the reason of a failure reaches whoever called, and says whose it is.
import { expect, test } from 'vitest';
import { opticalLine } from '../../../devices/hardware/opticalLine.ts';
import { isOurTrouble } from '../../../devices/rig/bench/trouble.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import type { ByteChannel, TransportError } from '../../../devices/transport/transport.ts';

const place = { kind: 'serial', path: '/dev/x', baud: 9600 } as const;

/** Opens the line against a meter that is a function of its channel; gives the error and the seconds that it took. */
async function failure(meter: (channel: ByteChannel) => void): Promise<{ error: TransportError; seconds: number }> {
  const timers = virtualTimers(0);
  const pair = memoryPair({ timers, name: 'serial:/dev/x' });
  meter(pair.server);
  const line = opticalLine({ name: 'serial:/dev/x', open: async () => pair.client }, { timers, baud: 9600 });
  const opened = line.open().then(
    () => undefined,
    (error: unknown) => ({ error: error as TransportError, seconds: timers.nowMilliseconds() / 1000 }),
  );
  await timers.settle();
  const failed = await opened;
  if (failed === undefined) throw new Error('it opened');
  return failed;
}

const says = (text: string) => (channel: ByteChannel) =>
  void channel.onData(() => channel.write(new TextEncoder().encode(text)));

test('a meter without mode E has answered: the line settings are wrong, and no silence is reported', async () => {
  const { error } = await failure(says('/ABC5meter\r\n'));
  expect(error.message).toContain('the meter does not offer mode E');
  expect(isOurTrouble({ place, line: 'serial:/dev/x', error })).toBe(true);
});

test('a line with nobody on it is silence of the meter', async () => {
  const { error } = await failure(() => undefined);
  expect(error.message).toContain('no meter answers');
  expect(isOurTrouble({ place, line: 'serial:/dev/x', error })).toBe(false);
});

test('a port that disappears during the opening is a fault of our side', async () => {
  const { error } = await failure((channel) => void channel.onData(() => void channel.close()));
  expect(error.message).toContain('the port went away');
  expect(isOurTrouble({ place, line: 'serial:/dev/x', error })).toBe(true);
});

test('the octets of the opening are told with their direction, and those of HDLC are not', async () => {
  const timers = virtualTimers(0);
  const pair = memoryPair({ timers, name: 'serial:/dev/x' });
  pair.server.onData((bytes) => {
    const text = Buffer.from(bytes).toString('latin1');
    if (text.startsWith('/?')) pair.server.write(new TextEncoder().encode('/LGZ5\\2SMB\r\n'));
    // Mode E: the meter repeats the option, and speaks HDLC from then on.
    else if (text.startsWith('\u0006')) pair.server.write(bytes);
    else pair.server.write(Uint8Array.of(0x7e, 0x7e));
  });
  const told: string[] = [];
  const onOctets = (dir: string, bytes: Uint8Array, endpoint: string): void =>
    void told.push(`${endpoint} ${dir} ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`);
  const line = opticalLine({ name: 'serial:/dev/x', open: async () => pair.client }, { timers, baud: 9600, onOctets });
  const opening = line.open();
  await timers.settle();
  const channel = await opening;
  channel.write(Uint8Array.of(0x7e, 0xa0));
  await timers.settle();
  const endpoint = pair.client.endpoint;
  expect(told).toEqual([
    `${endpoint} c2s "/?!\\r\\n"`,
    `${endpoint} s2c "/LGZ5\\\\2SMB\\r\\n"`,
    expect.stringMatching(/c2s "\\u00062.2\\r\\n"$/),
    expect.stringMatching(/s2c "\\u00062.2\\r\\n"$/),
  ]);
});
