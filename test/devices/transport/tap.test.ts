import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyTransferMask, masks, secretsMask } from '../../../devices/transport/mask.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { fileSink, frameLog, tapped } from '../../../devices/transport/tap.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';

/** A key transfer in the clear, as recorded from a third-party exchange after deciphering (class 64, method 2). */
const HEAD = 'c301c2004000002b0002ff0201010102020016000918';
const WRAPPED = 'c97e5b71207f159eddcce965d7dcf3fd1a14ac7f2cf25e1e';

describe('frame log', () => {
  test('the frame log records both directions on the clock of the run', () => {
    const timers = virtualTimers(Date.UTC(2022, 0, 10));
    const lines: string[] = [];
    const log = frameLog({ timers, lines: (text) => lines.push(text) });
    const pair = memoryPair({ timers, name: 'esme' });
    const client = tapped(pair.client, { log, side: 'client' });
    pair.server.onData((bytes) => pair.server.write(bytes));
    const seen: string[] = [];
    client.onData((bytes) => seen.push(Buffer.from(bytes).toString('hex')));
    client.write(Buffer.from('c001c1', 'hex'));
    timers.runUntilQuiet();
    expect(seen).toEqual(['c001c1']);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { t: '2022-01-10T00:00:00.000Z', dir: 'c2s', endpoint: 'esme:device', layer: 'bytes', hex: 'c001c1' },
      { t: '2022-01-10T00:00:00.002Z', dir: 's2c', endpoint: 'esme:device', layer: 'bytes', hex: 'c001c1' },
    ]);
  });

  test('a wrapped key in the clear is in no line and in no capture, however it is cut into chunks', () => {
    const message = Buffer.from(HEAD + WRAPPED, 'hex');
    const wrapped = Buffer.from(WRAPPED, 'hex');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }), (cuts) => {
        const lines: string[] = [];
        const captured: Uint8Array[] = [];
        const log = frameLog({
          timers: virtualTimers(),
          lines: (text) => lines.push(text),
          pcap: (bytes) => captured.push(bytes),
        });
        for (let at = 0, i = 0; at < message.length; i += 1) {
          const bytes = message.subarray(at, at + cuts[i % cuts.length]!);
          at += bytes.length;
          log.record({ dir: 'c2s', endpoint: 'x', layer: 'bytes', bytes });
        }
        const hex = lines.map((line) => (JSON.parse(line) as { hex: string }).hex).join('');
        expect(hex.slice(0, 22)).toBe(HEAD.slice(0, 22));
        expect(hex).not.toContain(WRAPPED.slice(0, 6));
        expect(Buffer.concat(captured).includes(wrapped.subarray(0, 4))).toBe(false);
        expect(lines.at(-1)).toContain('wrapped keys masked');
      }),
      { seed: 11 },
    );
  });

  test('the mask leaves other frames as they are and does not touch the bytes that travel', () => {
    const mask = keyTransferMask();
    const other = Buffer.from('c001c1000100002a0000ff0200', 'hex');
    expect(mask(other, 'c2s')).toEqual({ bytes: other });
    const message = Buffer.from(HEAD + WRAPPED, 'hex');
    mask(message, 'c2s');
    expect(message.toString('hex')).toBe(HEAD + WRAPPED);
    expect(mask(other, 's2c').note).toBeUndefined();
  });

  test('known secrets are hidden wherever they occur', () => {
    const secret = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    const mask = secretsMask(() => [secret]);
    const masked = mask(Buffer.concat([Buffer.of(0xff), secret, secret]), 's2c');
    expect(Buffer.from(masked.bytes).toString('hex')).toBe(`ff${'00'.repeat(32)}`);
    expect(masked.note).toBe('key octets masked');
    const both = masks(keyTransferMask(), mask)(Buffer.concat([Buffer.from(HEAD + WRAPPED, 'hex'), secret]), 'c2s');
    expect(both.note).toBe('wrapped keys masked');
    expect(Buffer.from(both.bytes).includes(secret)).toBe(false);
  });

  test('the capture has whole packets with correct checksums', () => {
    const parts: Uint8Array[] = [];
    const timers = virtualTimers(1_641_772_800_250);
    const log = frameLog({ timers, pcap: (bytes) => parts.push(bytes) });
    const big = new Uint8Array(70_000).fill(0x5a);
    log.record({ dir: 'c2s', endpoint: 'a', layer: 'bytes', bytes: Uint8Array.of(1, 2, 3) });
    log.record({ dir: 's2c', endpoint: 'a', layer: 'bytes', bytes: big });
    log.record({ dir: 's2c', endpoint: 'a', layer: 'apdu', bytes: Uint8Array.of(9) });
    const file = Buffer.concat(parts);
    expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
    const lengths: number[] = [];
    for (let at = 24; at < file.length;) {
      expect(file.readUInt32LE(at)).toBe(1_641_772_800);
      expect(file.readUInt32LE(at + 4)).toBe(250_000);
      const length = file.readUInt32LE(at + 8);
      const packet = file.subarray(at + 16, at + 16 + length);
      expect(packet.readUInt16BE(2)).toBe(length);
      expect(onesSum(packet.subarray(0, 20))).toBe(0xffff);
      const pseudo = Buffer.concat([packet.subarray(12, 20), Buffer.of(0, 6, 0, 0), packet.subarray(20)]);
      pseudo.writeUInt16BE(length - 20, 10);
      expect(onesSum(pseudo)).toBe(0xffff);
      lengths.push(length - 40);
      at += 16 + length;
    }
    expect(lengths).toEqual([3, 65_495, 70_000 - 65_495]);
  });

  test('a file sink writes through', () => {
    const folder = mkdtempSync(join(tmpdir(), 'smb-tap-'));
    const sink = fileSink(join(folder, 'frames.jsonl'));
    sink.write('one\n');
    expect(readFileSync(join(folder, 'frames.jsonl'), 'utf8')).toBe('one\n');
    sink.close();
    rmSync(folder, { recursive: true });
  });
});

/** RFC 1071: over data with its checksum in place the sum is all ones. */
function onesSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! * 256 + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum;
}
