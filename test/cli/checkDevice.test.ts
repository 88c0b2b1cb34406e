// `check device` as it is typed: laws of a device at an address, an allow-list, ledgers, captures, wrong devices.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { listening, rightDevice, WRONG_DEVICES, type ServedDevice } from '../devices/headend/wrongDevices.ts';
import { commandLine, unbroken } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'check-device-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => join(folder, String((count += 1)));
const served: ServedDevice[] = [];
afterAll(() => Promise.all(served.map((one) => one.close())));

async function device(take: Parameters<typeof listening>[0]): Promise<string> {
  const one = await listening(take);
  served.push(one);
  return one.url;
}

/** Each call has a state folder of its own: devices of the lab all have the same title. */
async function check(url: string, ...more: readonly string[]) {
  const answer = await commandLine(['check', 'device', url, '--answer-seconds', '1', ...more], {
    env: { ...process.env, XDG_STATE_HOME: fresh() },
  });
  return { ...answer, out: unbroken(answer.out) };
}

const TITLE = '534D424500000001';
function allowing(title: string): string {
  const path = `${fresh()}.yaml`;
  writeFileSync(path, `allow: { keys: ['${title}'] }\n`);
  return path;
}

describe.concurrent('a right device', () => {
  test('keeps the laws that read, and nothing is written to it without an allow-list', async () => {
    let isWritten = false;
    const right = rightDevice();
    const url = await device((channel, make) =>
      right(channel, () => {
        const made = make();
        const before = made.keyring.keys;
        channel.onClose(() => (isWritten ||= made.keyring.keys !== before));
        return made;
      }),
    );
    const junit = `${fresh()}.xml`;
    const { code, out } = await check(url, '--junit', junit);
    expect(out).toMatch(/^holds +a head-end with other keys gets nothing$/m);
    expect(out).toMatch(
      /left out +its keys are rotated[^\n]*\n +nothing is written to it: .* is not on the allow-list/,
    );
    expect(out).toMatch(/^PASSED: device 534D424500000001: 4 laws, 8 left out$/m);
    expect(readFileSync(junit, 'utf8')).toMatch(/tests="12" failures="0"[^>]* skipped="8"/);
    expect(isWritten).toBe(false);
    expect(code).toBe(0);
  });

  test('keeps the laws that write where the allow-list names it, and its keys stand in a ledger of mode 0600', async () => {
    const url = await device(rightDevice());
    const { code, out } = await check(url, '--allow', allowing(TITLE), '--frames', '1-2', '--laws', 'is the last on');
    expect(out).toMatch(/^PASSED: device 534D424500000001: 1 law$/m);
    expect(code).toBe(0);
    const ledger = /stand in (.*)$/m.exec(out)?.[1] ?? '';
    expect(statSync(ledger).mode & 0o777).toBe(0o600);
    expect(out).not.toMatch(/[0-9a-f]{32}/i);
  });

  test('is not written to where the allow-list names another', async () => {
    const url = await device(rightDevice());
    const { code, out } = await check(url, '--allow', allowing('534D424500000002'), '--laws', 'rotated and proved');
    expect(out).toMatch(/its title on the wire, 534D424500000001, is not on the allow-list/);
    expect(code).toBe(0);
  });
});

describe.concurrent('a wrong device', () => {
  test.each(WRONG_DEVICES)(
    'a device that $what is found out by a law',
    async ({ serves, law, why, writes = false }) => {
      const url = await device(serves());
      const out = fresh();
      const more = writes ? ['--allow', allowing(TITLE)] : [];
      const answer = await check(url, '--out', out, '--laws', law, ...more);
      expect(answer.out).toMatch(why);
      expect(answer.out).toMatch(/^FAILED: /m);
      expect(answer.code).toBe(4);
      for (const name of readdirSync(out).filter((file) => file.endsWith('.pcap')))
        expect(readFileSync(join(out, name)).readUInt32LE(0)).toBe(0xa1b2c3d4);
    },
  );
});

describe('usage', () => {
  test.each([
    [['nowhere'], /nowhere: found no address, expected tcp:\/\/HOST:PORT or serial:PATH/],
    [['tcp://127.0.0.1:1?colour=red'], /found colour, expected framing, server/],
    [['tcp://127.0.0.1:1'], /127\.0\.0\.1:1/],
    [['tcp://127.0.0.1:1', '--allow', '/no/file.yaml'], /\/no\/file\.yaml|no such file/],
    [['tcp://127.0.0.1:1', '--frames', '9-1'], /expected frames such as 3 or 1-40/],
    [['tcp://127.0.0.1:1', '--laws', 'no such law'], /no law of devices has this in its name/],
    [['tcp://127.0.0.1:1', '--device', 'fridge'], /expected chf or esme or gsme/],
  ])('%j is refused with what was expected', async ([url = '', ...more], why) => {
    const { code, err } = await check(url, ...more);
    expect(err).toMatch(why);
    expect(code).toBe(1);
  });
});
