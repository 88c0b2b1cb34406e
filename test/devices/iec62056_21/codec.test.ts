import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockCheck,
  commandBlock,
  dataBlock,
  identificationMessage,
  parseIdentification,
  requestMessage,
} from '../../../devices/iec62056_21/frames.ts';
import { modeCMeter } from '../../../devices/iec62056_21/meter.ts';
import { modeCReader } from '../../../devices/iec62056_21/reader.ts';
import { parseReadout, readoutText } from '../../../devices/iec62056_21/readout.ts';
import { scanner } from '../../../devices/iec62056_21/scanner.ts';
import type { Message } from '../../../devices/iec62056_21/scanner.ts';
import { seedNumber } from '../../seed.ts';

/** Set SMB_FUZZ_RUNS for more; the seed is printed so that a failure can be had again. */
const RUNS = Number(process.env['SMB_FUZZ_RUNS'] ?? 2000);
const SEED = seedNumber(import.meta.filename, 62_056_021);
console.log(`62056-21 fuzz: seed ${SEED}, ${RUNS} runs`);

const word = fc.stringMatching(/^[0-9A-Za-z.:-]{0,12}$/);
const sets = fc.array(
  fc.record(
    { address: fc.stringMatching(/^[0-9][0-9.:*-]{0,10}$/), value: word, unit: fc.constantFrom('kWh', 'm3') },
    { requiredKeys: ['address', 'value'] },
  ),
  { maxLength: 20 },
);

function all(bytes: Uint8Array, cuts: readonly number[]): Message[] {
  const found = scanner();
  const messages: Message[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const chunk = bytes.subarray(at, at + (cuts[i % cuts.length] ?? bytes.length));
    at += chunk.length;
    found.push(chunk);
    for (let next = found.next('programming'); next !== undefined; next = found.next('programming'))
      messages.push(next);
  }
  return messages;
}

describe('62056-21 codec', () => {
  test('the block check is that of the published example', () => {
    // SOH B 0 ETX q: the break message, whose check character is printed in the standard's examples.
    expect(Buffer.from(commandBlock('B0')).toString('latin1')).toBe('\u0001B0\u0003q');
    expect(blockCheck(Buffer.from('B0\u0003', 'latin1'))).toBe(0x71);
    expect(Buffer.from(requestMessage()).toString('hex')).toBe('2f3f210d0a');
  });

  test('identifications are read back, and real ones too', () => {
    const own = { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'SMB.ESME' };
    expect(parseIdentification(Buffer.from(identificationMessage(own)).toString('latin1'))).toEqual(own);
    expect(parseIdentification('/ISk5MT174-0001\r\n')?.hdlc).toBe(false);
    expect(parseIdentification('/LGZ5\\2ZMD3104407.B32\r\n')).toMatchObject({ hdlc: true, model: 'ZMD3104407.B32' });
    expect(parseIdentification('/?!\r\n')).toBeUndefined();
    expect(() => identificationMessage({ ...own, model: 'a!b' })).toThrow(RangeError);
  });

  test('decode(encode(x)) = x for readouts', () => {
    fc.assert(
      fc.property(sets, (wanted) => {
        expect(parseReadout(readoutText(wanted))).toEqual({ sets: wanted, odd: 0 });
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test.each([
    ['1-0:1.8.0*255(000422.2*kWh)', { address: '1-0:1.8.0*255', value: '000422.2', unit: 'kWh' }],
    ['1-0:1.8.0*00(000422.2*kWh)', { address: '1-0:1.8.0*00', value: '000422.2', unit: 'kWh' }],
    ['1.8.0&12(000421.0*kWh)', { address: '1.8.0&12', value: '000421.0', unit: 'kWh' }],
    ['C.1*1(12345678)', { address: 'C.1*1', value: '12345678' }],
    ['*(7)', { address: '*', value: '7' }],
    ['0.2.0(A)', { address: '0.2.0', value: 'A' }],
  ])('an identification code keeps its group F: %s', (line, set) => {
    expect(parseReadout(`${line}\r\n!\r\n`)).toEqual({ sets: [set], odd: 0 });
    expect(readoutText([set])).toBe(`${line}\r\n!\r\n`);
  });

  test('several data sets on a line keep their own codes, and a value never holds an asterisk', () => {
    expect(parseReadout('1-0:1.8.0*255(1*kWh)1-0:1.8.0*01(2*kWh)(3*kWh)\r\n!\r\n').sets).toEqual([
      { address: '1-0:1.8.0*255', value: '1', unit: 'kWh' },
      { address: '1-0:1.8.0*01', value: '2', unit: 'kWh' },
      { address: '1-0:1.8.0*01', value: '3', unit: 'kWh' },
    ]);
    expect(() => readoutText([{ address: '1.8.0', value: '1*2' }])).toThrow(RangeError);
    expect(() => readoutText([{ address: '1/8.0', value: '1' }])).toThrow(RangeError);
  });

  test('several data sets on a line, and lines that hold none', () => {
    expect(parseReadout('1.8.1(1*kWh)1.8.2(2*kWh)\r\nrubbish\r\n0.1.0(3)(4)\r\n!\r\n')).toEqual({
      sets: [
        { address: '1.8.1', value: '1', unit: 'kWh' },
        { address: '1.8.2', value: '2', unit: 'kWh' },
        { address: '0.1.0', value: '3' },
        { address: '0.1.0', value: '4' },
      ],
      odd: 1,
    });
  });

  test('chunk borders change nothing', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(sets, word, cuts, (readout, secret, borders) => {
        const stream = Buffer.concat([
          dataBlock(readoutText(readout)),
          Buffer.of(0x06, 0x15),
          commandBlock('P1', `(${secret})`),
          requestMessage('42'),
          dataBlock('1.8.0(1)', true),
        ]);
        expect(all(stream, borders)).toEqual(all(stream, [stream.length]));
        expect(all(stream, borders).map((message) => message.kind)).toEqual([
          'data',
          'ack',
          'nak',
          'command',
          'line',
          'data',
        ]);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('a message after noise is found, unless the noise left a block open', () => {
    const noise = fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => bytes.filter((octet) => octet > 2 && octet !== 0x2f));
    fc.assert(
      fc.property(noise, (octets) => {
        const found = all(Buffer.concat([octets, dataBlock('1.8.0(1)')]), [7]);
        expect(found.at(-1)).toEqual({ kind: 'data', text: '1.8.0(1)', checked: true, more: false });
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('62056-21 under hostile octets', () => {
  /** Octets that look enough like the protocol to get somewhere. */
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    fc
      .constantFrom('/?!\r\n', '/LGZ5\\2X\r\n', '\u0006050\r\n', '\u0006051\r\n', '\u0006252\r\n', '\u0006', '\u0015')
      .map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
    fc.constantFrom('P1', 'R1', 'B0', 'P0').map((command) => commandBlock(command, '(0)')),
    fc.constant(dataBlock('1.8.0(1*kWh)\r\n!\r\n')),
  );
  const stream = fc.array(fc.tuple(piece, fc.integer({ min: 0, max: 3000 })), { maxLength: 30 });

  test('neither end throws, hangs, or answers without end', () => {
    const states = new Set<string>();
    const options = {
      identification: { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'X' },
      readout: () => [{ address: '1.8.0', value: '1', unit: 'kWh' }],
      programming: { operand: '0', opens: () => true },
    };
    fc.assert(
      fc.property(
        stream,
        fc.constantFrom('readout' as const, 'programming' as const, 'hdlc' as const),
        (pieces, goal) => {
          const meter = modeCMeter(options);
          const reader = modeCReader({ goal });
          let at = 0;
          reader.start(at);
          for (const [bytes, wait] of pieces) {
            at += wait;
            for (const end of [meter, reader]) {
              end.expire(at);
              const actions = end.receive(bytes, at);
              expect(actions.length).toBeLessThan(10 + bytes.length);
              states.add(`${end === meter ? 'meter' : 'reader'} ${end.state}`);
            }
          }
          meter.expire(at + 100_000);
          reader.expire(at + 100_000);
          expect(['idle', 'sent', 'hdlc']).toContain(meter.state);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
    console.log(`62056-21 fuzz: states reached: ${[...states].sort().join(', ')}`);
    for (const state of ['idle', 'selecting', 'sent', 'programming', 'hdlc'])
      expect(states.has(`meter ${state}`)).toBe(true);
  });

  test('a block without end is thrown away at its bound, and the next message is found', () => {
    const found = scanner({ blockBytesMax: 1000 });
    const kinds: string[] = [];
    const push = (bytes: Uint8Array): void => {
      found.push(bytes);
      for (let next = found.next('programming'); next !== undefined; next = found.next('programming'))
        kinds.push(next.kind);
    };
    push(Uint8Array.of(2));
    for (let i = 0; i < 40; i += 1) push(new Uint8Array(50).fill(0x41));
    push(dataBlock('1.8.0(1)'));
    expect(kinds).toEqual(['tooLong', 'data']);
    expect(found.rest()).toHaveLength(0);
  });

  test('a reader that is fed noise gives up', () => {
    const reader = modeCReader({ goal: 'readout' });
    reader.start(0);
    const noise = new Uint8Array(4096).fill(0x55);
    let fed = 0;
    while (reader.state !== 'closed' && fed < 1000) {
      reader.receive(noise, fed);
      fed += 1;
    }
    expect(fed).toBeLessThan(1000);
  });
});
