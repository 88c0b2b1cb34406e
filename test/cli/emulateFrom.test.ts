/** `emulate --from` and `devices driver-schema` as they are typed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'from-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const READING = {
  format: 'smets1-bench read-out 1',
  ...{ source: 'tcp:meter', readAt: '2022-01-10T10:00:00.000Z', by: 'dlms', client: 17, server: 1, complete: true },
  objects: [
    {
      class: 1,
      object: '0.0.96.50.0.255',
      name: 'Data',
      attributes: [{ attribute: 2, access: 'read', axdr: '1207E6' }],
    },
  ],
  sets: [],
};

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Serves copies, does something with their addresses, and stops them. */
async function served(args: readonly string[], act: (ports: readonly number[]) => Promise<void>): Promise<void> {
  let acted: Promise<void> | undefined;
  let said = '';
  const { code } = await commandLine(['emulate', '--listen', '127.0.0.1:0', ...args], {
    onText(text, interrupt) {
      said += text;
      if (!text.includes('ready;')) return;
      const ports = [...said.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
      acted = act([...new Set(ports)]).finally(() => interrupt());
    },
  });
  await acted;
  expect(code).toBe(0);
}

test('copies of a device that was read show what was read, each under a title of its own', async () => {
  await served(['--from', file('meter.json', READING), '--count', '2'], async (ports) => {
    expect(ports).toHaveLength(2);
    const titles = new Set<string>();
    for (const port of ports) {
      const args = [`127.0.0.1:${port}`, '0.0.96.50.0.255', '--client', '1', '--keys', 'lab', '--format', 'json'];
      const { out } = await commandLine(['devices', 'read', ...args]);
      const reading = JSON.parse(out) as { title: string; objects: unknown };
      expect(reading.objects).toMatchObject([{ attributes: [{ value: 2022 }] }]);
      titles.add(reading.title);
    }
    expect(titles.size).toBe(2);
  });
});

test.each([
  [{ ...READING, format: 'another' }, 'format: expected a read-out'],
  [{ ...READING, objects: [] }, 'found no object with a value'],
  [{ ...READING, by: '62056-21' }, 'expected one of DLMS objects'],
])('a file that cannot be served is refused', async (content, words) => {
  const { code, err } = await commandLine(['emulate', '--from', file('bad.json', content)]);
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining(words) as string });
});

test('the driver protocol is printed as JSON Schema', async () => {
  const { code, out } = await commandLine(['devices', 'driver-schema']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ protocol: 1, operations: { read: { arg: { type: 'object' } } } });
});
