import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultScript } from '../../../devices/transport/faultScript.ts';
import type { ScriptedFault } from '../../../devices/transport/faultScript.ts';
import { memoryPair, memoryTransport } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';

/** Sends one-octet frames 1..count to the device under a script; returns what arrived, frame by frame, in hex. */
function arrivals(faults: readonly ScriptedFault[], count = 4, frames?: readonly string[]): string[] {
  const timers = virtualTimers();
  const pair = memoryPair({ timers, policy: faultScript(faults) });
  const seen: string[] = [];
  pair.server.onData((bytes) => seen.push(Buffer.from(bytes).toString('hex')));
  const sent = frames ?? Array.from({ length: count }, (_, i) => `0${i + 1}`);
  for (const frame of sent) pair.client.write(Buffer.from(frame, 'hex'));
  timers.runUntilQuiet();
  return seen;
}

describe('scripted faults', () => {
  const c2s = 'c2s' as const;
  test.each<[string, ScriptedFault[], string[]]>([
    ['nothing', [], ['01', '02', '03', '04']],
    ['drop', [{ frame: 2, direction: c2s, fault: 'drop' }], ['01', '03', '04']],
    ['duplicate', [{ frame: 2, direction: c2s, fault: 'duplicate' }], ['01', '02', '02', '03', '04']],
    ['reorder', [{ frame: 2, direction: c2s, fault: 'reorder' }], ['01', '03', '04', '02']],
    ['delay', [{ frame: 2, direction: c2s, fault: 'delay', delayMilliseconds: 500 }], ['01', '02', '03', '04']],
    ['corrupt', [{ frame: 2, direction: c2s, fault: 'corrupt', mask: 0x80 }], ['01', '82', '03', '04']],
    ['truncate to nothing', [{ frame: 2, direction: c2s, fault: 'truncate' }], ['01', '03', '04']],
    ['cut', [{ frame: 3, direction: c2s, fault: 'cut' }], ['01', '02']],
    ['cut after', [{ frame: 3, direction: c2s, fault: 'cut', delivered: true }], ['01', '02', '03']],
    ['the other direction', [{ frame: 1, direction: 's2c', fault: 'drop' }], ['01', '02', '03', '04']],
    [
      'two at once',
      [
        { frame: 1, direction: 'either', fault: 'corrupt', mask: 0x10 },
        { frame: 1, direction: c2s, fault: 'duplicate' },
      ],
      ['11', '11', '02', '03', '04'],
    ],
  ])('the scripted fault has its effect: %s', (_, faults, expected) => {
    if (expected.length < 4 && faults[0]?.fault === 'cut') {
      expect(arrivalsOneByOne(faults)).toEqual(expected);
    } else expect(arrivals(faults)).toEqual(expected);
  });

  function arrivalsOneByOne(faults: readonly ScriptedFault[]): string[] {
    const timers = virtualTimers();
    const pair = memoryPair({ timers, policy: faultScript(faults) });
    const seen: string[] = [];
    pair.server.onData((bytes) => seen.push(Buffer.from(bytes).toString('hex')));
    for (const octet of [1, 2, 3, 4]) {
      pair.client.write(Uint8Array.of(octet));
      timers.runUntilQuiet();
    }
    return seen;
  }

  test('truncation keeps the first octets and corruption counts from the end when told to', () => {
    const faults: ScriptedFault[] = [
      { frame: 1, direction: c2s, fault: 'truncate', keepBytes: 3 },
      { frame: 2, direction: c2s, fault: 'corrupt', offset: -1 },
    ];
    expect(arrivals(faults, 0, ['0102030405', '0a0b'])).toEqual(['010203', '0af4']);
  });

  test('a cut tells the device first, then both ends, each with an error', () => {
    const timers = virtualTimers();
    const order: string[] = [];
    const policy = faultScript([{ frame: 1, direction: c2s, fault: 'cut' }]);
    const pair = memoryPair({ timers, policy, onCut: () => order.push('power') });
    for (const side of ['client', 'server'] as const) {
      pair[side].onError((error) => order.push(`${side} ${error.code}`));
      pair[side].onClose(() => order.push(`${side} closed`));
    }
    pair.client.write(Uint8Array.of(1));
    timers.runUntilQuiet();
    expect(order).toEqual(['power', 'client lost', 'client closed', 'server lost', 'server closed']);
  });

  test('a loop over n stops at the first n that affects nothing', () => {
    let n = 0;
    let struck = 1;
    while (struck > 0) {
      n += 1;
      const timers = virtualTimers();
      const policy = faultScript([{ frame: n, direction: 'either', fault: 'drop' }]);
      const pair = memoryPair({ timers, policy });
      pair.server.onData((bytes) => pair.server.write(bytes));
      for (const octet of [1, 2]) pair.client.write(Uint8Array.of(octet));
      timers.runUntilQuiet();
      struck = policy.struck;
    }
    expect(n).toBe(5);
  });

  test('delay, duplicate and reorder lose nothing, whatever the script', () => {
    const fault = fc.record({
      frame: fc.integer({ min: 1, max: 12 }),
      direction: fc.constantFrom('c2s' as const, 'either' as const),
      fault: fc.constantFrom('delay' as const, 'duplicate' as const, 'reorder' as const),
      delayMilliseconds: fc.integer({ min: 0, max: 3000 }),
    });
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 8 }), (faults) => {
        const seen = new Set(arrivals(faults, 9));
        expect(seen.size).toBe(9);
      }),
      { seed: 7 },
    );
  });
});

describe('virtual time', () => {
  test('a deadline fires once everything before it is quiet, and not if it was cancelled', async () => {
    const timers = virtualTimers(1000);
    const told: string[] = [];
    const cancel = timers.after(30_000, () => told.push('first deadline'));
    timers.after(60_000, () => told.push(`second deadline at ${timers.nowMilliseconds()}`));
    timers.after(5, () => {
      told.push('answer');
      cancel();
    });
    await timers.settle();
    expect(told).toEqual(['answer', 'second deadline at 61000']);
    expect(timers.pending).toBe(0);
  });

  test('promises that an action resolved continue before time moves', async () => {
    const timers = virtualTimers();
    const told: number[] = [];
    const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => timers.after(milliseconds, resolve));
    void (async () => {
      for (let i = 0; i < 3; i += 1) {
        await wait(10);
        told.push(timers.nowMilliseconds());
      }
    })();
    timers.after(25, () => told.push(-25));
    await timers.settle();
    expect(told).toEqual([10, 20, -25, 30]);
  });

  test('actions run in order of time, then of registration', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (delays) => {
        const timers = virtualTimers();
        const ran: [number, number][] = [];
        delays.forEach((delay, i) => timers.after(delay, () => ran.push([delay, i])));
        timers.runUntilQuiet();
        expect(ran).toEqual([...ran].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
        expect(ran.length).toBe(delays.length);
      }),
      { seed: 8 },
    );
  });

  test('a limit leaves later actions, and time stops there', () => {
    const timers = virtualTimers();
    timers.after(10, () => undefined);
    timers.after(100, () => undefined);
    expect(timers.runUntilQuiet({ untilMilliseconds: 50 })).toBe(1);
    expect(timers.nowMilliseconds()).toBe(50);
    expect(timers.pending).toBe(1);
  });
});

describe('memory transport', () => {
  test('each opening is its own link, and closing the listener ends all of them', async () => {
    const timers = virtualTimers();
    const transport = memoryTransport({ timers });
    await expect(transport.open()).rejects.toMatchObject({ code: 'refused' });
    const listener = await transport.listen((channel) => channel.onData((bytes) => channel.write(bytes)));
    await expect(transport.listen(() => undefined)).rejects.toMatchObject({ code: 'busy' });
    const [a, b] = [await transport.open(), await transport.open()];
    const seen: number[] = [];
    a.onData((bytes) => seen.push(bytes[0]!));
    b.onData((bytes) => seen.push(100 + bytes[0]!));
    a.write(Uint8Array.of(1));
    b.write(Uint8Array.of(2));
    timers.runUntilQuiet();
    expect(seen).toEqual([1, 102]);
    expect(listener.openChannels).toBe(2);
    await listener.close();
    timers.runUntilQuiet();
    expect([a.closed, b.closed, listener.openChannels]).toEqual([true, true, 0]);
  });
});
