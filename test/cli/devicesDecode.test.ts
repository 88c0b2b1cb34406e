/** `devices decode` as it is typed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'decode-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SESSION = 'test/vectors/transcripts/wrapper_rotate_guek.jsonl';
const GET = '000100100001000DC001C1000100002A0000FF0200';

test('a capture is shown in words, and as JSON', async () => {
  const shown = await commandLine(['devices', 'decode', SESSION]);
  expect(shown.code).toBe(0);
  expect(shown.out).toContain('AARQ: context LN ciphered, HLS-GMAC');
  expect(shown.out).toContain('shut: no keys given');
  const json = await commandLine(['devices', 'decode', GET, '--format', 'json']);
  const [origin = '', line = ''] = json.out.split('\n');
  expect(JSON.parse(origin)).toMatchObject({ provenance: { command: `smets1-bench devices decode ${GET}` } });
  expect(JSON.parse(line)).toMatchObject({ link: '16>1', tree: { kind: 'getNormal' } });
});

test('keys come from files and the environment, and never appear', async () => {
  writeFileSync(join(folder, 'guek.hex'), '000102030405060708090A0B0C0D0E0F\n');
  const keys = join(folder, 'keys.yaml');
  writeFileSync(keys, 'guek: { file: guek.hex }\ngak: { file: gak.hex }\n');
  const missing = await commandLine(['devices', 'decode', SESSION, '--keys', keys]);
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('gak: expected 32 hexadecimal digits')]);
  writeFileSync(join(folder, 'gak.hex'), 'D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF');
  const { code, out } = await commandLine(['devices', 'decode', SESSION, '--keys', keys]);
  expect(code).toBe(0);
  expect(out).toContain('logical device name');
  expect(out).not.toMatch(/000102030405|D0D1D2/i);
});

test('damage ends with 2 and a count, wrong input with 1', async () => {
  const damaged = await commandLine(['devices', 'decode', `${GET}FFFF`]);
  expect([damaged.code, damaged.err]).toEqual([2, expect.stringContaining('1 of 2 lines: no whole frame there')]);
  const { code, err } = await commandLine(['devices', 'decode', join(folder, 'none.pcap')]);
  expect([code, err]).toEqual([1, expect.stringContaining('found no such file, and no hexadecimal digits')]);
});

describe('input as people have it', () => {
  const decode = (...args: readonly string[]): ReturnType<typeof commandLine> => commandLine(['devices', 'decode', ...args]); // prettier-ignore
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const pairs = GET.match(/../g)!;
  const FRAME = '7EA0190321105C1CE6E600C001C1000100002A0000FF0200';

  test.each([
    ['with spaces', pairs.join(' ')],
    ['with colons', pairs.join(':').toLowerCase()],
    ['with 0x and commas', pairs.map((pair) => `0x${pair}`).join(', ')],
    ['with the mark of a direction', `> ${GET}`],
  ])('hexadecimal %s is decoded', async (_, text) => {
    const { code, out } = await decode(text);
    expect([code, out]).toEqual([0, expect.stringContaining('logical device name')]);
  });

  test('an odd number of digits is named with its count', async () => {
    const { code, err } = await decode(`${GET}0`);
    expect([code, err]).toEqual([1, expect.stringContaining('found 43 hexadecimal digits, expected pairs')]);
  });

  test('a folder is refused, and a frame log in it is named', async () => {
    file('frames.jsonl', Buffer.from(''));
    const { code, err } = await decode(folder);
    expect([code, err]).toEqual([1, expect.stringContaining(`is a folder; expected a file in it, such as ${join(folder, 'frames.jsonl')}`)]); // prettier-ignore
  });

  test('an empty file holds no frame, and ends with 2', async () => {
    const { code, err } = await decode(file('empty', Buffer.from('')));
    expect([code, err]).toEqual([2, expect.stringContaining('holds no frame')]);
  });

  test('binary noise is one line that says what was found and expected', async () => {
    const noise = Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919 + 3) & 0xff);
    const { code, out } = await decode(file('noise', noise));
    expect(code).toBe(2);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(out).toContain('found 4000 bytes of binary data that begin with 03F2E1D0BFAE9D8C, expected a frame log');
  });

  test('the octets of one stream are decoded, from standard input too', async () => {
    const stream = Buffer.from(GET.repeat(3), 'hex');
    const { code, out } = await commandLine(['devices', 'decode', '-'], { stdin: stream });
    expect([code, out.match(/logical device name/g)?.length]).toEqual([0, 3]);
    const noisy = Buffer.concat([Buffer.from([0, 0, 0xff]), stream]);
    expect((await decode(file('noisy', noisy), '--framing', 'wrapper')).out).toMatch(
      /^offset 0: 3 byte\(s\) are no frame/,
    );
  });

  test('a text of a shell in UTF-16 is read', async () => {
    const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${GET}\r\n${GET}\r\n`, 'utf16le')]);
    const { code, out } = await decode(file('utf16.txt', text));
    expect([code, out.match(/logical device name/g)?.length]).toEqual([0, 2]);
  });

  test('a frame that is cut off is named as damage', async () => {
    const { code, out } = await decode(FRAME);
    expect([code, out]).toEqual([2, expect.stringContaining('an HDLC frame with right check sequences')]);
  });

  test('keys that open nothing are said to open nothing', async () => {
    const { code, err } = await decode(SESSION, '--keys', 'lab');
    expect([code, err]).toEqual([0, '']);
    writeFileSync(join(folder, 'other.hex'), '0F'.repeat(16));
    const keys = file('other.yaml', Buffer.from('guek: { file: other.hex }\ngak: { file: other.hex }\n'));
    const wrong = await decode(SESSION, '--keys', keys);
    expect([wrong.code, wrong.err]).toEqual([0, expect.stringMatching(/^\d+ of \d+ lines: ciphered, and not opened by these keys/)]); // prettier-ignore
  });
});
