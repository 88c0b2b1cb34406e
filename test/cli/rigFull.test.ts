// Outputs of a rig that cannot be written: said in words, with exit code 1, and nothing half written left behind. /dev/full stands
// in for a full disk, under the temporary name of a file of this process.
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFrameFiles } from '../../src/cli/rig/frameFiles.ts';
import { rigHarness, startRig, until } from './rigHarness.ts';

const LAB = fileURLToPath(new URL('../../scenarios/rigs/lab.yaml', import.meta.url));
const bench = rigHarness();
beforeAll(bench.start);
afterAll(bench.stop);

const FULL = '/dev/full';
const partial = (path: string): string => `${path}.partial-${process.pid}`;

/** A directory of outputs in which one of them will not have room. */
function directoryWithout(room: string): string {
  const folder = bench.at(`full-${room}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'manifest.json'), '{}');
  symlinkSync(FULL, partial(join(folder, room)));
  return folder;
}

describe.skipIf(!existsSync(FULL))(`a full disk (${FULL})`, () => {
  test.each(['frames.jsonl', 'frames.pcap', 'attempts.csv', 'steps.json', 'manifest.json'])(
    'under %s of a rig is told in words, and no half of a file stays',
    async (name) => {
      const folder = directoryWithout(name);
      const { code, err } = await bench.rig(LAB, '--out', folder);
      expect([code, err]).toEqual([1, expect.stringContaining(`--out ${folder}: there is no room left`)]);
      expect(err).not.toContain('defect');
      expect(readdirSync(folder).filter((file) => file.includes('.partial-'))).toEqual([]);
    },
  );

  test('frames that find no room do not throw while they fly: the conversation goes on, and it is said at the end', () => {
    const base = bench.at('flying');
    symlinkSync(FULL, partial(`${base}.pcap`));
    const files = openFrameFiles(base);
    files.lines('{}\n');
    files.pcap(new Uint8Array(24));
    files.lines('{}\n');
    expect(files.count()).toBe(2);
    expect(() => files.commit()).toThrow(/ENOSPC/);
    expect(readdirSync(bench.folder).filter((name) => name.startsWith('flying'))).toEqual([]);
  });
});

test('a watch whose reader goes away (`| head`) is laid down, as on Ctrl-C, and ends with 0', async () => {
  const file = bench.file('installation: { number: 7 }\nwatch: { contact: { everySeconds: 1, tries: 1 } }\n');
  const out = bench.at('unread');
  const run = startRig(file, '--watch', '--out', out);
  await until(() => run.texts.out.includes('answered'), run.ended);
  run.child.stdout.destroy();
  expect([await run.ended, run.texts.err]).toEqual([0, '']);
  const last = bench.read('unread', 'watch.jsonl').trimEnd().split('\n').at(-1)!;
  expect(JSON.parse(last)).toMatchObject({ is: 'down' });
});

test('a watch whose outputs cannot be written is laid down in words; its journal stands, and it goes on once they can', async () => {
  const file = bench.file('installation: { number: 7 }\nwatch: { contact: { everySeconds: 1, tries: 1 } }\n');
  const out = bench.at('watch');
  const begun = await bench.rig(file, '--watch', '--once', '--out', out);
  expect(begun.code).toBe(0);
  // A folder stands where a file must go.
  rmSync(join(out, 'steps.json'), { force: true });
  mkdirSync(join(out, 'steps.json'));
  const { code, err } = await bench.rig(file, '--watch', '--once', '--out', out);
  expect([code, err]).toEqual([1, expect.stringContaining('a directory stands where a file is needed')]);
  expect(err).toContain('it goes on where its journal ends');
  rmdirSync(join(out, 'steps.json'));
  const again = await bench.rig(file, '--watch', '--once', '--out', out);
  expect([again.code, again.err]).toEqual([0, '']);
  expect(bench.read('watch', 'steps.json')).toContain('"steps"');
});
