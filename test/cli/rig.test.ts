// `rig` as it is typed, with nothing attached: what it tells, writes and refuses. Goldens say that nothing changed, not that it is
// right: that the records are the kernel's is held in test/differential.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stepsFileSchema } from '../../devices/rig/run/stepRow.ts';
import { commandLine, unbroken } from './harness.ts';
import { OUTPUTS, rigHarness } from './rigHarness.ts';

const LAB = fileURLToPath(new URL('../../scenarios/rigs/lab.yaml', import.meta.url));
const bench = rigHarness();
beforeAll(bench.start);
afterAll(bench.stop);

/** Exit code 1, with these words on standard error. */
async function refused(run: ReturnType<typeof bench.rig>, words: string): Promise<void> {
  const { code, err } = await run;
  expect([code, err]).toEqual([1, expect.stringContaining(words)]);
}

describe('lab.yaml', () => {
  test('tells its story', async () => {
    const { out, err, code } = await bench.rig(LAB);
    expect([code, err]).toEqual([0, '']);
    await expect(out.replace(/version=\S+/, 'version=…')).toMatchFileSnapshot('goldens/rigLab.txt');
  });

  test('writes every output; twice the same bytes; the last line says where', async () => {
    const { out, code } = await bench.rig(LAB, '--out', bench.at('lab1'));
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').at(-1)).toBe(`outputs: ${bench.at('lab1')}`);
    expect(readdirSync(bench.at('lab1'))).toEqual(OUTPUTS);
    await bench.rig(LAB, '--out', bench.at('lab2'));
    for (const name of OUTPUTS)
      expect(readFileSync(bench.at(`lab2/${name}`)), name).toEqual(readFileSync(bench.at(`lab1/${name}`)));
    await expect(`${bench.read('lab1', 'attempts.csv')}\n${bench.read('lab1', 'contacts.csv')}`).toMatchFileSnapshot(
      'goldens/rigLab.csv.txt',
    );
  });

  test('its records go into decide as they are', async () => {
    const inputs = ['installations', 'attempts', 'events'].flatMap((name) => [
      `--${name}`,
      bench.at(`lab1/${name}.csv`),
    ]);
    const { code, err } = await commandLine([
      'decide',
      ...inputs,
      '--as-of',
      '2022-12-31',
      '--out',
      bench.at('verdicts.csv'),
    ]);
    expect([code, err]).toEqual([0, expect.stringContaining('1 installation, 5 attempts, 0 events')]);
  });

  test('steps.json is what its schema says; junit.xml counts the same; the capture has every frame', async () => {
    const steps = stepsFileSchema.parse(JSON.parse(bench.read('lab1', 'steps.json')));
    const { counts } = JSON.parse(bench.read('lab1', 'manifest.json')) as { counts: { steps: number; frames: number } };
    expect(steps.steps).toHaveLength(counts.steps);
    const rotated = steps.steps.filter(({ step }) => step === 'rotateKeys');
    expect(rotated.map(({ observation, code }) => [observation, code])).toEqual([
      ['noAnswer', 'SYN-CN04'],
      ['answered', null],
    ]);
    expect(rotated[1]!.measured).toMatchObject({ associations: 6, roundTrips: 24 });
    const failed = steps.steps.filter(({ observation }) => observation !== 'answered').length;
    expect(bench.read('lab1', 'junit.xml')).toContain(
      `<testsuites name="lab" tests="${counts.steps}" failures="${failed}" errors="0" skipped="0"`,
    );
    const lines = bench.read('lab1', 'frames.jsonl').trimEnd().split('\n');
    // Lines without octets say what became of connections.
    expect(lines.filter((line) => !line.includes('"hex":""'))).toHaveLength(counts.frames);
    expect(lines.filter((line) => line.includes('"event":"opened"')).length).toBeGreaterThan(0);
    let frames = 0;
    const capture = readFileSync(bench.at('lab1/frames.pcap'));
    for (let i = 24; i < capture.length; i += 16 + capture.readUInt32LE(i + 8)) frames += 1;
    expect(frames).toBe(counts.frames);
  });

  test('--format json says the same', async () => {
    const { out } = await bench.rig(LAB, '--format', 'json');
    const told = JSON.parse(out) as {
      attempts: { outcome: string }[];
      partial: boolean;
      out: null;
      clauses: { category: string; counted: number }[];
    };
    expect(told.attempts.map(({ outcome }) => outcome)).toEqual(['ok', 'SYN-TN01', 'MA112', 'SYN-CN04', 'ok']);
    expect([told.partial, told.out]).toEqual([false, null]);
    expect(told.clauses.find(({ category }) => category === 'five-retries')!.counted).toBe(3);
  });

  test('the same rig in memory writes its own bytes again; a folder with other files, or a file, is refused', async () => {
    expect((await bench.rig(LAB, '--out', bench.at('lab1'))).code).toBe(0);
    mkdirSync(bench.at('other'));
    writeFileSync(bench.at('other/mine.txt'), 'x');
    await refused(bench.rig(LAB, '--out', bench.at('other')), 'found other files');
    expect(readdirSync(bench.at('other'))).toEqual(['mine.txt']);
    await refused(bench.rig(LAB, '--out', bench.at('other/mine.txt')), 'found a file');
  });

  test('the outputs of another rig are never replaced', async () => {
    const other = bench.file('installation: { number: 9 }\n');
    const before = readFileSync(bench.at('lab1/manifest.json'));
    await refused(
      bench.rig(other, '--out', bench.at('lab1')),
      'found the outputs of an earlier run of lab, which are not replaced',
    );
    expect(readFileSync(bench.at('lab1/manifest.json'))).toEqual(before);
  });

  test('what a killed run left is moved aside, and does not stand in the way of the next one', async () => {
    const out = bench.at('killed');
    mkdirSync(out);
    writeFileSync(join(out, 'frames.jsonl.partial-999999'), '{"t":"x"}\n');
    writeFileSync(join(out, 'progress.jsonl'), '{"is":"began"}\n');
    expect((await bench.rig(LAB, '--out', out)).code).toBe(0);
    expect(readdirSync(join(out, 'broken-off-1')).sort()).toEqual(['frames.jsonl', 'progress.jsonl']);
    expect(
      readdirSync(out)
        .filter((name) => name !== 'broken-off-1')
        .sort(),
    ).toEqual(OUTPUTS);
  });
});

describe('init, check, schema', () => {
  test('a file to start from: right, commented, and never written over', async () => {
    const path = bench.at('my-rig.yaml');
    expect(await bench.rig('init', path, '--device', 'esme', '--serial', '/dev/ttyUSB0')).toMatchObject({
      code: 0,
      err: '',
    });
    expect(readFileSync(path, 'utf8')).toContain("serial: '/dev/ttyUSB0'");
    const checked = await bench.rig('check', path);
    expect(checked).toMatchObject({ code: 0, err: '' });
    expect(unbroken(checked.out)).toContain('my-rig.yaml: ok, my-rig#');
    expect(checked.out).toContain('read-only: nothing is on the allow-list');
    expect(unbroken(checked.out)).toContain(
      `keys of attached devices are kept in ${join(bench.folder, 'state', 'smets1-bench', 'keys', 'my-rig')}`,
    );
    const before = readFileSync(path, 'utf8');
    await refused(bench.rig('init', path), 'not overwritten');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await bench.rig('init', bench.at('two.yaml'), '--tcp', 'a:1', '--mqtt', 'mqtt://b')).toMatchObject({
      code: 1,
    });
  });

  test.each([
    ['--tcp', '192.0.2.1', 'expected HOST:PORT'],
    ['--tcp', 'meter:99999', 'expected HOST:PORT'],
    ['--mqtt', 'mqtt://user:secret-word@broker', 'SMB_MQTT_PASSWORD_FILE'],
    ['--serial', '', 'expected text'],
  ])('an address that no rig can have is no file to start from: %s %s', async (option, address, words) => {
    const path = bench.at('never.yaml');
    const run = bench.rig('init', path, option, address);
    await refused(run, words);
    expect((await run).err).not.toContain('secret-word');
    expect(existsSync(path)).toBe(false);
  });

  test('a starting file with nothing attached runs as it stands', async () => {
    expect((await bench.rig('init', bench.at('plain.yaml'))).code).toBe(0);
    const { code, out } = await bench.rig(bench.at('plain.yaml'));
    expect(code).toBe(0);
    expect(out).toContain('ok: all devices migrated');
  });

  test('everything that is wrong with several files, at once', async () => {
    const bad = bench.file('instalation: {}\n');
    const { code, err } = await bench.rig('check', bad, LAB, bench.at('none.yaml'));
    expect(code).toBe(1);
    expect(err).toContain(`${bad}:2:1 › instalation: found an unknown name`);
    expect(err).toContain('none.yaml: found no such file');
    expect(await bench.rig(bad)).toMatchObject({ code: 1, out: '' });
  });

  test('schemas for editors', async () => {
    for (const of of ['rig', 'steps']) {
      expect(JSON.parse((await bench.rig('schema', '--of', of)).out)).toMatchObject({ type: 'object' });
    }
    expect((await bench.rig('schema', '--markdown')).out).toContain('- `devices.chf.tcp`: ');
  });

  test('no file at all is usage', async () => {
    await refused(bench.rig(), 'name a rig file');
  });
});
