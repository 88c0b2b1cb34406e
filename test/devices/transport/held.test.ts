import { expect, test } from 'vitest';
import { heldTransport } from '../../../devices/transport/held.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';

/** A held line in virtual time whose device sends an octet every so many milliseconds. */
function chattyLine(everyMilliseconds: number) {
  const timers = virtualTimers();
  const { client, server, cut } = memoryPair({ timers });
  const chat = (): void => {
    if (server.closed) return;
    server.write(Uint8Array.of(0));
    timers.after(everyMilliseconds, chat);
  };
  chat();
  const held = heldTransport({ name: 'line', open: () => Promise.resolve(client) }, { timers, quietMilliseconds: 100 });
  return { timers, held, cut };
}

test('a call on a line that is never quiet ends with a reason, and the line can be let go of', async () => {
  const { timers, held } = chattyLine(50);
  await held.hold();
  await timers.settle({ untilMilliseconds: 1000 });
  const call = expect(held.open()).rejects.toMatchObject({ code: 'timeout' });
  await timers.settle({ untilMilliseconds: 40_000 });
  await call;
  expect(timers.nowMilliseconds()).toBe(40_000);
  await held.close();
  await timers.settle();
});

test('a call on a line with pauses begins in one of them', async () => {
  const { timers, held } = chattyLine(150);
  await held.hold();
  await timers.settle({ untilMilliseconds: 1000 });
  const call = held.open();
  await timers.settle({ untilMilliseconds: 1200 });
  expect((await call).closed).toBe(false);
  await held.close();
  await timers.settle();
});

test('a call that waits for a quiet line ends when the line goes away', async () => {
  const { timers, held, cut } = chattyLine(50);
  await held.hold();
  await timers.settle({ untilMilliseconds: 1000 });
  const call = held.open();
  await timers.settle({ untilMilliseconds: 1010 });
  cut();
  await timers.settle();
  expect((await call).closed).toBe(true);
  expect(timers.nowMilliseconds()).toBeLessThan(2000);
});
