/** Reading a device that takes its clients by HLS with a secret: over TCP, as a profile and a file of keys name it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine } from '../../cli/harness.ts';
import { emulated } from '../rig/bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'hls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const keysFile = (name: string, secret: string): string => {
  writeFileSync(join(folder, `${name}.txt`), `${secret}\n`);
  writeFileSync(join(folder, `${name}.yaml`), `secret: { file: ${name}.txt }\n`);
  return join(folder, `${name}.yaml`);
};

test.each(['high', 'md5', 'sha1', 'sha256'] as const)('by %s, with the right secret and with another', async (way) => {
  const secret = 'a secret of HLS';
  const own = await emulated({ clients: [{ sap: 3, role: 'reader', authentication: way, secret }] });
  const read = (keys: string): ReturnType<typeof commandLine> =>
    commandLine(['devices', 'read', `tcp://127.0.0.1:${own.port}`, '0.0.42.0.0.255', '--client', '3', '--authentication', way, '--keys', keys]); // prettier-ignore
  const right = await read(keysFile('right', secret));
  expect([right.code, right.out]).toEqual([0, expect.stringContaining('logical device name')]);
  expect(`${right.out}${right.err}`).not.toContain(secret);
  const wrong = await read(keysFile('wrong', 'another secret'));
  expect(wrong.code).not.toBe(0);
  await own.close();
});
