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
