/** The frame log of a rig: what each line belongs to, what it says in words, and how frames are drawn in the capture. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCapture } from '../../../../devices/decode/decodeCapture.ts';
import { ascii, concat, toHex } from '../../../../devices/dlms/encoding/bytes.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import type { PcapDraw } from '../../../../devices/transport/pcap.ts';
import type { FrameRecord } from '../../../../devices/transport/tap.ts';
import { STEPS } from '../../../../src/migration/steps.ts';
import { emulated, rigBench, type Ran } from '../bench.ts';

const RIG = `
name: logged
schedule: { start: '2022-01-10T09:00:00Z' }
faults:
  - { attempt: 1, step: rotateKeys, effect: silence, silence: answersDropped, fromFrame: 3 }
`;

let bench: ReturnType<typeof rigBench>;
beforeAll(() => {
  bench = rigBench();
});
afterAll(() => bench.stop());

const texts = (lines: ReturnType<typeof decodeCapture>): string[] => lines.map(({ text }) => text);
const asLog = (frames: readonly FrameRecord[]): Uint8Array => ascii(frames.map((frame) => JSON.stringify(frame)).join('\n')); // prettier-ignore

describe('a rig in memory, logged with its keys', () => {
  let run: Ran;
  beforeAll(async () => {
    run = await bench.run(RIG, { plainKeys: [LAB_KEYS] });
  });

  test('each line says what it belongs to, by the names and numbers of the steps', () => {
    expect(run.frames.length).toBeGreaterThan(50);
    const ofSteps = new Set(run.rows.map(({ kind, number, step }) => `${kind} ${number} ${step}`));
    for (const { kind, attempt, step } of run.frames) expect(ofSteps).toContain(`${kind} ${attempt} ${step}`);
    const migrating = run.frames.filter(({ kind }) => kind === 'migration');
    expect(new Set(migrating.map(({ attempt }) => attempt))).toEqual(new Set([1, 2]));
    for (const { step } of migrating) expect(Object.keys(STEPS)).toContain(step);
  });

  test('each whole frame says in words what decode says of the same octets, and no line holds a key', () => {
    const framed = run.frames.filter(({ hex }) => hex !== '');
    const bare = framed.map(({ t, dir, endpoint, layer, hex }) => ({ t, dir, endpoint, layer, hex }));
    expect(framed.map(({ plain }) => plain)).toEqual(texts(decodeCapture(asLog(bare), { keys: [LAB_KEYS] })));
    expect(framed.some(({ plain }) => plain?.includes('method 2, with not shown'))).toBe(true);
    const whole = JSON.stringify(run.frames).toUpperCase();
    for (const key of Object.values(LAB_KEYS)) expect(whole).not.toContain(toHex(key));
  });

  test('a connection is a line when it is opened and when it is closed, in turn', () => {
    for (const endpoint of new Set(run.frames.map((frame) => frame.endpoint))) {
      const events = run.frames.flatMap((frame) => (frame.endpoint === endpoint && frame.event ? [frame.event] : []));
      expect(events.length).toBeGreaterThan(1);
      expect(events).toEqual(events.map((_, i) => (i % 2 === 0 ? 'opened' : 'closed')));
    }
  });

  test('decode reads the log, with what each line belongs to', () => {
    const lines = decodeCapture(asLog(run.frames), { keys: [LAB_KEYS] });
    expect(lines).toHaveLength(run.frames.length);
    expect(lines.filter(({ isDamage, isShut }) => isDamage || isShut)).toEqual([]);
    const [first] = lines.filter(({ about }) => about?.step === 'rotateKeys');
    expect(first).toMatchObject({ text: 'connection opened', about: { kind: 'migration', attempt: 1 } });
  });
});

test('without keys a log has no words of its frames', async () => {
  const { frames } = await bench.run(RIG);
  expect(frames.some(({ hex }) => hex !== '')).toBe(true);
  expect(frames.filter(({ plain }) => plain !== undefined)).toEqual([]);
});

test('a connection that cannot be opened is a line', async () => {
  const own = await emulated();
  const text = `name: gone\ndevices: { chf: { tcp: '127.0.0.1:${own.port}', answerSeconds: 1 }, esme: { answerSeconds: 1 }, gsme: { answerSeconds: 1 } }\n`;
  const frames: FrameRecord[] = [];
  let isClosing = false;
  // The hub goes away as soon as it has been heard, so that the next call finds nobody.
  const lines = (line: string): void => {
    frames.push(JSON.parse(line) as FrameRecord);
    if (!isClosing && frames.at(-1)!.hex !== '') void own.close();
    isClosing ||= frames.at(-1)!.hex !== '';
  };
  await bench.run(text, { lines });
  expect(frames).toContainEqual(expect.objectContaining({ event: 'refused', hex: '', note: 'no connection could be opened' })); // prettier-ignore
});

describe('the capture', () => {
  const captureOf = async (framing: 'wrapper' | 'hdlc', draw: PcapDraw): Promise<[Uint8Array, string[]]> => {
    const parts: Uint8Array[] = [];
    const text = `${RIG}devices: { chf: { framing: ${framing} } }\n`;
    const { frames } = await bench.run(text, { draw, pcap: (bytes) => void parts.push(bytes.slice()) });
    const log = decodeCapture(asLog(frames.filter(({ hex }) => hex !== '')), { keys: [LAB_KEYS] });
    return [concat(...parts), texts(log)];
  };

  test.each<['wrapper' | 'hdlc', PcapDraw]>([
    ['wrapper', 'tcp'],
    ['hdlc', 'tcp'],
    ['wrapper', 'udp'],
    ['hdlc', 'udp'],
  ])(
    '%s frames drawn for %s are those of the log, each at port 4059 and alone in its packet',
    async (framing, draw) => {
      const [capture, logged] = await captureOf(framing, draw);
      expect(texts(decodeCapture(capture, { keys: [LAB_KEYS] }))).toEqual(logged);
      const view = new DataView(capture.buffer, capture.byteOffset);
      const protocol = draw === 'tcp' ? 6 : 17;
      for (let at = 24; at < capture.length; at += 16 + view.getUint32(at + 8, true)) {
        const ip = at + 16;
        const payload = ip + (draw === 'tcp' ? 40 : 28);
        expect([view.getUint16(ip + 20), view.getUint16(ip + 22)]).toContain(4059);
        expect([capture[ip + 9], capture[payload]]).toEqual([protocol, framing === 'hdlc' ? 0x7e : 0]);
      }
    },
  );
});
