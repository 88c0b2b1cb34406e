import { describe, expect, test } from 'vitest';
import type { LineAction } from '../../../devices/iec62056_21/lineAction.ts';
import { modeCMeter } from '../../../devices/iec62056_21/meter.ts';
import type { ModeCMeterOptions } from '../../../devices/iec62056_21/meter.ts';
import { readModeC, serveModeC } from '../../../devices/iec62056_21/session.ts';
import { dataBlock } from '../../../devices/iec62056_21/frames.ts';
import { modeCReader } from '../../../devices/iec62056_21/reader.ts';
import type { ReaderAction, ReaderEvent } from '../../../devices/iec62056_21/reader.ts';
import type { ModeCReaderOptions } from '../../../devices/iec62056_21/reader.ts';
import { withEvenParity } from '../../../devices/iec62056_21/scanner.ts';
import { faultScript } from '../../../devices/transport/faultScript.ts';
import type { ScriptedFault } from '../../../devices/transport/faultScript.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { serialTransport } from '../../../devices/transport/serial.ts';
import { serialModeText } from '../../../devices/transport/serialMode.ts';
import { virtualTimers, wallTimers } from '../../../devices/transport/timers.ts';
import { mockSerialPair } from '../transport/serialPair.ts';
import { turn, until } from '../transport/transportLaws.ts';

const SETS = [
  { address: '0.0.0', value: '12345678' },
  { address: '1.8.0', value: '006613.405', unit: 'kWh' },
];
const options: ModeCMeterOptions = {
  identification: { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'SMB.ESME' },
  address: '12345678',
  readout: () => SETS,
  programming: { operand: '00000000', opens: (level, secret) => level === 1 && secret === '11111111' },
};
const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const shown = (actions: readonly LineAction[]): string[] =>
  actions.map((action) => {
    if (action.do === 'setMode') return action.mode;
    return `${action.do} ${Buffer.from(action.bytes).toString('latin1')}`;
  });

/** A reader and a meter in memory, in virtual time. Returns the events, and what the meter was left in. */
function conversation(reader: ModeCReaderOptions, faults: readonly ScriptedFault[] = [], meter = options) {
  const timers = virtualTimers();
  const pair = memoryPair({ timers, policy: faultScript(faults) });
  const events: ReaderEvent[] = [];
  const port = serveModeC(pair.server, { ...meter, timers });
  const hand = readModeC(pair.client, { ...reader, timers, onEvent: (event) => events.push(event) });
  const run = (): ReaderEvent[] => {
    timers.runUntilQuiet();
    return events.splice(0);
  };
  /** As long as a conversation lasts that nobody falls asleep over. */
  const step = (): ReaderEvent[] => {
    timers.runUntilQuiet({ untilMilliseconds: timers.nowMilliseconds() + 5000 });
    return events.splice(0);
  };
  return { run, step, hand, meter: port.meter };
}

describe('mode C, the octets', () => {
  test('readout as the standard has it', () => {
    const meter = modeCMeter(options);
    expect(shown(meter.receive(ascii('/?!\r\n'), 0))).toEqual(['send /LGZ5\\2SMB.ESME\r\n']);
    expect(shown(meter.receive(ascii('\u0006050\r\n'), 100))).toEqual([
      '9600/7E1',
      'send \u00020.0.0(12345678)\r\n1.8.0(006613.405*kWh)\r\n!\r\n\u0003G',
    ]);
    expect(shown(meter.expire(10_000))).toEqual(['300/7E1']);
    expect(meter.state).toBe('idle');
  });

  test('mode E echoes the option, then HDLC has the line and what came with it', () => {
    const meter = modeCMeter(options);
    meter.receive(ascii('/?12345678!\r\n'), 0);
    const actions = meter.receive(Buffer.concat([ascii('\u0006252\r\n'), Buffer.of(0x7e, 0xa0)]), 100);
    expect(shown(actions)).toEqual(['send \u0006252\r\n', '9600/8N1', 'hdlc ~\u00a0']);
    expect(meter.state).toBe('hdlc');
    expect(shown(meter.receive(Buffer.of(0x7e), 200))).toEqual(['hdlc ~']);
    expect(shown(meter.release())).toEqual(['300/7E1']);
  });

  test('a request for another meter is not answered; leading zeros do not matter', () => {
    const meter = modeCMeter(options);
    expect(meter.receive(ascii('/?99!\r\n'), 0)).toEqual([]);
    expect(meter.receive(ascii('/?0012345678!\r\n'), 0)).toHaveLength(1);
  });

  test('without an option the meter reads out at the opening speed', () => {
    const meter = modeCMeter(options);
    meter.receive(ascii('/?!\r\n'), 0);
    expect(meter.deadline).toBe(2000);
    expect(shown(meter.expire(2000))[0]).toContain('send \u00020.0.0');
  });

  test('a speed that was not offered means 300 Bd', () => {
    const meter = modeCMeter(options);
    meter.receive(ascii('/?!\r\n'), 0);
    expect(shown(meter.receive(ascii('\u0006060\r\n'), 0))[0]).toBe('300/7E1');
  });

  test('octets with the parity in bit 8 are understood when told so', () => {
    const meter = modeCMeter({ ...options, parity: 'strip' });
    expect(meter.receive(withEvenParity(ascii('/?!\r\n')), 0)).toHaveLength(1);
    const spoilt = withEvenParity(ascii('/?!\r\n'));
    spoilt[1] = spoilt[1]! ^ 1;
    expect(modeCMeter({ ...options, parity: 'strip' }).receive(spoilt, 0)).toEqual([]);
  });

  test('noise before, between and within messages is skipped', () => {
    const meter = modeCMeter(options);
    expect(meter.receive(ascii('\u0000xx/?12/?!\r\n'), 0)).toHaveLength(1);
    expect(meter.receive(ascii('zz\u0006\u0006050\r\n'), 0)).toHaveLength(2);
  });
});

describe('mode C, both ends', () => {
  test('a readout arrives whole', () => {
    const events = conversation({ goal: 'readout' }).run();
    expect(events.map((event) => event.kind)).toEqual(['identified', 'readout']);
    expect(events[1]).toEqual({ kind: 'readout', readout: { sets: SETS, odd: 0 } });
  });

  test('programming mode asks for a password before it shows a register, and never repeats it', () => {
    const { step, hand, meter } = conversation({ goal: 'programming' });
    expect(step().at(-1)).toEqual({ kind: 'programming', operand: '00000000' });
    hand.read('1.8.0');
    expect(step()).toEqual([{ kind: 'refused' }]);
    hand.password(1, 'wrong');
    expect(step()).toEqual([{ kind: 'refused' }]);
    hand.password(1, '11111111');
    expect(step()).toEqual([{ kind: 'granted' }]);
    hand.read('1.8.0');
    expect(step()).toEqual([{ kind: 'values', readout: { sets: [SETS[1]], odd: 0 } }]);
    hand.read('9.9.9');
    expect(step()).toEqual([{ kind: 'refused' }]);
    hand.stop();
    step();
    expect(meter.state).toBe('idle');
  });

  test('three wrong passwords end the session', () => {
    const { step, hand, meter } = conversation({ goal: 'programming' });
    step();
    for (const secret of ['a', 'b', 'c']) {
      hand.password(1, secret);
      expect(step()).toEqual([{ kind: 'refused' }]);
    }
    expect([meter.state, hand.reader.state]).toEqual(['idle', 'closed']);
  });

  test('an idle programming session falls back to the opening speed', () => {
    const { run, meter } = conversation({ goal: 'programming' });
    run();
    expect(meter.state).toBe('idle');
  });

  test('a spoilt block is asked for again', () => {
    const spoil: ScriptedFault = { frame: 2, direction: 's2c', fault: 'corrupt', mask: 1 };
    expect(conversation({ goal: 'readout' }, [spoil]).run().at(-1)?.kind).toBe('readout');
    const always = [2, 3, 4].map((frame): ScriptedFault => ({ ...spoil, frame, direction: 's2c' }));
    expect(conversation({ goal: 'readout' }, always).run().at(-1)).toEqual({ kind: 'failed', reason: 'badCheck' });
  });

  test('a missing echo does not keep the reader out of HDLC', () => {
    const events = conversation({ goal: 'hdlc' }, [{ frame: 2, direction: 's2c', fault: 'drop' }]).run();
    expect(events.map((event) => event.kind)).toEqual(['identified', 'hdlc']);
  });

  test('a meter without mode E says so before anything is chosen', () => {
    const plain = { ...options, identification: { ...options.identification, hdlc: false } };
    const events = conversation({ goal: 'hdlc' }, [], plain).run();
    expect(events.at(-1)).toEqual({ kind: 'failed', reason: 'noHdlc' });
  });

  test('every dropped frame ends in an answer or a failure, never in waiting', () => {
    for (const goal of ['identify', 'readout', 'hdlc'] as const) {
      for (let frame = 1; frame <= 5; frame += 1) {
        const { run, hand, meter } = conversation({ goal }, [{ frame, direction: 'either', fault: 'drop' }]);
        const last = run().at(-1)?.kind;
        expect(['failed', 'identified', 'readout', 'hdlc']).toContain(last);
        expect(['closed', 'hdlc']).toContain(hand.reader.state);
        expect(['idle', 'hdlc']).toContain(meter.state);
      }
    }
  });

  test('over two joined serial ports both ends change speed and parity together', async () => {
    const joined = await mockSerialPair();
    const [a, b] = joined.paths;
    const client = await serialTransport({ path: a, mode: '300/7E1', load: joined.load }).open();
    const server = await serialTransport({ path: b, mode: '300/7E1', load: joined.load }).open();
    const hdlc: number[] = [];
    const events: string[] = [];
    const timers = wallTimers();
    serveModeC(server, { ...options, timers, onHdlc: (bytes) => hdlc.push(...bytes) });
    readModeC(client, { goal: 'hdlc', timers, onEvent: (event) => events.push(event.kind) });
    await until(turn, () => events.includes('hdlc') && serialModeText(server.mode) === '9600/8N1');
    client.write(Uint8Array.of(0x7e, 0xff));
    await until(turn, () => hdlc.length >= 2);
    expect(hdlc).toEqual([0x7e, 0xff]);
    expect(serialModeText(client.mode)).toBe('9600/8N1');
    await Promise.all([client.close(), server.close()]);
  });
});

describe('a reader of modes A, B and D, and of a battery-operated meter', () => {
  const told = (actions: readonly ReaderAction[]): unknown[] =>
    actions.map((action) =>
      action.do === 'tell'
        ? action.event
        : action.do === 'setMode'
          ? action.mode
          : Buffer.from(action.bytes).toString(),
    );
  const sets = [{ address: '1.8.0', value: '1', unit: 'kWh' }];
  const plain = '1.8.0(1*kWh)\r\n!\r\n';

  test.each([
    ['A, with a block check', '/ABCx1\r\n', Buffer.from(dataBlock(plain)).toString('latin1'), []],
    ['A, without one', '/ABCx1\r\n', `\r\n${plain}`, []],
    ['B', '/ABCE1\r\n', Buffer.from(dataBlock(plain)).toString('latin1'), ['9600/7E1']],
  ])('mode %s: the data come without an option', (_, line, data, modes) => {
    const reader = modeCReader({ goal: 'readout' });
    reader.start(0);
    const opened = told(reader.receive(ascii(line), 100));
    expect(opened.slice(1)).toEqual(modes);
    expect(told(reader.receive(ascii(data), 200))).toEqual([{ kind: 'readout', readout: { sets, odd: 0 } }]);
  });

  test('mode B: damaged data are no readout, and cannot be asked for again', () => {
    const reader = modeCReader({ goal: 'readout' });
    reader.start(0);
    reader.receive(ascii('/ABCE1\r\n'), 100);
    const damaged = Buffer.from(dataBlock(plain));
    damaged[3] = 0x39;
    expect(told(reader.receive(damaged, 200))).toEqual([{ kind: 'failed', reason: 'badCheck' }]);
  });

  test('mode A: neither programming nor HDLC can be had', () => {
    for (const goal of ['programming', 'hdlc'] as const) {
      const reader = modeCReader({ goal });
      reader.start(0);
      expect(told(reader.receive(ascii('/ABCx1\r\n'), 100)).at(-1)).toEqual({ kind: 'failed', reason: 'noModeC' });
    }
  });

  test('mode D: nothing is sent, and the line is that of the mode', () => {
    const reader = modeCReader({ goal: 'listen', answerMilliseconds: 60_000 });
    expect(told(reader.start(0))).toEqual(['2400/7E1']);
    const [, readout] = told(reader.receive(ascii(`/ABC31\r\n\r\n${plain}`), 30_000));
    expect(readout).toEqual({ kind: 'readout', readout: { sets, odd: 0 } });
  });

  test('a wake-up is 2.2 s of NULs at 300 Bd, a pause, and the request', () => {
    const reader = modeCReader({ goal: 'readout', wakeUp: true });
    const [mode, nuls] = told(reader.start(0));
    expect([mode, nuls]).toEqual(['300/7E1', '\0'.repeat(66)]);
    expect(reader.deadline).toBe(3800);
    expect(told(reader.receive(Uint8Array.of(0, 0), 100))).toEqual([]);
    expect(told(reader.expire(3800))).toEqual(['/?!\r\n']);
  });

  test('a meter that answers the option of mode E with NAK is not waited for', () => {
    const reader = modeCReader({ goal: 'hdlc' });
    reader.start(0);
    reader.receive(ascii('/LGZ5\\2X\r\n'), 100);
    expect(told(reader.receive(Uint8Array.of(0x15), 200))).toEqual([{ kind: 'failed', reason: 'optionRefused' }]);
  });
});
