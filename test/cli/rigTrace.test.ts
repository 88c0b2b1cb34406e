/** `rig --trace`: the frames as they cross, beside the story. */
import { expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const LAB = 'scenarios/rigs/lab.yaml';

test('frames are shown on standard error, opened with keys that never show, and the story stays as it is', async () => {
  const plain = await commandLine(['rig', LAB]);
  const traced = await commandLine(['rig', LAB, '--trace', '--keys', 'lab']);
  expect(traced).toMatchObject({ code: 0, out: plain.out });
  expect(traced.err).toMatch(/^2022-01-10T03:00:00\.000Z {2}c2s {2}chf@emulated {2}\[contact 1\] {2}16>1 {2}AARQ: /m);
  expect(traced.err).toMatch(/\[migration 3, rotateKeys\] {2}connection opened$/m);
  expect(traced.err).toMatch(/action-request: Security setup .* \[(?:glo|generalGlo), control 30, counter \d+/);
  for (const secret of [
    '000102030405060708090A0B0C0D0E0F',
    'D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF',
    '31313131313131313131313131313131',
  ])
    expect(traced.err.toUpperCase()).not.toContain(secret);
});

test.each([
  [['--trace', '--watch'], '--trace goes with a rig that is run once'],
  [['--keys', 'lab'], '--keys opens what --trace shows'],
  [['--pcap', 'udp'], '--pcap says how --out draws frames'],
  [['--pcap', 'sctp'], 'expected tcp or udp or user0'],
])('%j is refused with 1', async (args, words) => {
  expect(await commandLine(['rig', LAB, ...args])).toMatchObject({ code: 1, err: expect.stringContaining(words) as string }); // prettier-ignore
});
