/** `devices decode` as it is typed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
  expect([code, err]).toEqual([1, expect.stringContaining('cannot be read (ENOENT), and is not hexadecimal')]);
});
