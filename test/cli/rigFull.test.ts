// Outputs of a rig that cannot be written: said in words, with exit code 1, and nothing half written left behind. /dev/full stands
// in for a full disk, under the temporary name of a file of this process.
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emulate } from '../../devices/emulate/emulate.ts';
import { profileOf } from '../../devices/emulate/profile.ts';
import { profileSchema } from '../../devices/emulate/profileSchema.ts';
import { LAB_KEYS } from '../../devices/personas/labProfile.ts';
import { openFrameFiles } from '../../src/cli/rig/frameFiles.ts';
import { rigHarness, startRig, until } from './rigHarness.ts';
import { unbroken } from './harness.ts';

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
  symlinkSync(FULL, partial(join(folder, room)));
  return folder;
}

describe.skipIf(!existsSync(FULL))(`a full disk (${FULL})`, () => {
  test.each(['frames.jsonl', 'frames.pcap', 'attempts.csv', 'steps.json', 'manifest.json'])(
    'a full disk under %s of a rig is reported in words, and no partial file stays',
    async (name) => {
      const folder = directoryWithout(name);
      const { code, out, err } = await bench.rig(LAB, '--out', folder);
      // What was done is told whatever becomes of the outputs.
      expect(out).toContain('Clauses, on these attempts and events');
      expect(out).toContain('migration    ok: all devices migrated');
      if (!name.startsWith('frames')) expect(readdirSync(folder)).toContain('frames.jsonl');
      expect([code, err]).toEqual([1, expect.stringContaining(`--out ${folder}: there is no room left`)]);
      expect(err).not.toContain('defect');
      expect(readdirSync(folder).filter((file) => file.includes('.partial-'))).toEqual([]);
    },
  );

  test('a full disk does not stop the conversation while frames are sent, and is reported at the end', () => {
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

describe.skipIf(!existsSync(FULL))(`a full disk (${FULL}) under a rig that may write`, () => {
  test.each(['progress.jsonl', 'frames.jsonl.partial'])(
    'with no room for %s no device is written to, its keys stay the same, and the story says why',
    async (room) => {
      const home = await emulate({
        profile: profileOf(profileSchema.parse({ sleep: { wakeSeconds: 60, awakeSeconds: 60 } }), () => ''),
        device: 'installation',
        tcp: { host: '127.0.0.1', port: 0, framing: 'wrapper' },
      });
      const titles = ['43', '45', '47'].map((kind) => `'534D42${kind}00000001'`).join(', ');
      const file = bench.file(
        `devices: { chf: { tcp: '${home.servedAt[0]!.address}' } }\nallow: { keys: [${titles}], configuration: [${titles}] }\n`,
      );
      const folder = bench.at(`guarded-${room}`);
      mkdirSync(folder);
      if (room.endsWith('partial')) symlinkSync(FULL, join(folder, `${room}-${process.pid}`));
      const ran = bench.rig(file, '--out', folder);
      // Made once the run has taken its folder, or it would be moved aside as a leftover.
      if (room === 'progress.jsonl') {
        while (!existsSync(join(folder, 'rig.lock'))) await new Promise((resolve) => setTimeout(resolve, 1));
        symlinkSync(FULL, join(folder, room));
      }
      const { out, code } = await ran;
      await home.close();
      for (const { device } of home.units[0]!.devices) expect(device.keyring.keys).toEqual(LAB_KEYS);
      expect(unbroken(out)).toContain('a device whose record would be lost is not written to');
      expect([0, 1]).toContain(code);
    },
  );
});

test('a watch whose reader goes away (`| head`) stops as on Ctrl-C, and ends with 0', async () => {
  const file = bench.file('installation: { number: 7 }\nwatch: { contact: { everySeconds: 1, tries: 1 } }\n');
  const out = bench.at('unread');
  const run = startRig(file, '--watch', '--out', out);
  await until(() => run.texts.out.includes('answered'), run.ended);
  run.child.stdout.destroy();
  expect([await run.ended, run.texts.err]).toEqual([0, '']);
  const last = bench.read('unread', 'watch.jsonl').trimEnd().split('\n').at(-1)!;
  expect(JSON.parse(last)).toMatchObject({ is: 'down' });
});

test('a watch whose outputs cannot be written stops, keeps its journal, and resumes once they can', async () => {
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
