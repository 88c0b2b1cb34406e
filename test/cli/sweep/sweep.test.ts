import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOST } from '../../../src/cli/output/host.ts';
import { commandLine } from '../harness.ts';
import { cellFiles, outputsOf, TINY } from './sweepFolder.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const sweep = (name: string, ...more: string[]) =>
  commandLine(['sweep', TINY, '--out', at(name), '--workers', '1', ...more]);

describe('sweep', () => {
  let undisturbed: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const { code, err } = await sweep('whole');
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    undisturbed = outputsOf(at('whole'));
  });

  test('a sweep writes its tables and a manifest that holds their hashes', () => {
    expect(Object.keys(undisturbed)).toEqual([
      'cells.csv',
      'convergence.csv',
      'design.parquet',
      'differences.csv',
      'effects.csv',
      'manifest.json',
      'page.json',
      'sweep.parquet',
    ]);
    const manifest = JSON.parse(readFileSync(at('whole/manifest.json'), 'utf8')) as Record<string, never>;
    const files = manifest['files'] as unknown as Record<string, { sha256: string }>;
    for (const [name, { sha256 }] of Object.entries(files)) expect(sha256, name).toBe(undisturbed[name]);
    expect(JSON.stringify(manifest)).not.toMatch(new RegExp(`${folder}|workers`));
  });

  test('a sweep computes nothing twice, and writes the same bytes again', async () => {
    const { code, out } = await sweep('whole');
    expect(code).toBe(0);
    expect(out).toMatch(/: 0 computed, \d+ reused/);
    expect(outputsOf(at('whole'))).toEqual(undisturbed);
  });

  test('a sweep refuses the folder of a run and of another sweep, and changes nothing there', async () => {
    for (const [name, manifest, found] of [
      [
        'of-run',
        { kind: 'run', scenario: 'x', scenarioHash: 'abc', seed: 's', replications: 2, version: '1' },
        'the run x#abc, seed s',
      ],
      ['of-sweep', { kind: 'sweep', sweep: 'another', scenario: 'x' }, 'the sweep another of x'],
    ] as const) {
      mkdirSync(at(name));
      writeFileSync(join(at(name), 'manifest.json'), JSON.stringify(manifest));
      const before = outputsOf(at(name));
      const { code, err } = await sweep(name);
      expect({ code, after: outputsOf(at(name)) }).toEqual({ code: 1, after: before });
      expect(err).toContain(`found ${found}`);
      expect(readdirSync(at(name))).toEqual(['manifest.json']);
    }
  });

  test('a sweep treats a torn, an empty, a foreign and a misnamed file as a missing cell', async () => {
    cpSync(at('whole/cells'), at('torn/cells'), { recursive: true });
    const files = cellFiles(at('torn/cells')).map((name) => join(at('torn/cells'), name));
    const [torn = '', empty = '', foreign = '', misnamed = '', other = ''] = files;
    writeFileSync(torn, readFileSync(torn, 'utf8').slice(0, -30));
    writeFileSync(empty, '');
    writeFileSync(foreign, '{"format":1}\n');
    writeFileSync(misnamed, readFileSync(other));
    const { code, out } = await sweep('torn');
    expect(code).toBe(0);
    expect(out).toContain(': 4 computed,');
    expect(outputsOf(at('torn'))).toEqual(undisturbed);
  });

  test('shards in any order and mixture give the same bytes, and the first shard writes the tables', async () => {
    for (const [shard, said] of [
      ['3/3', 'belong to others'],
      ['2/3', 'belong to others'],
    ] as const)
      // prettier-ignore
      expect((await sweep('shards', '--shard', shard, '--own')).out).toContain(said);
    const before = cellFiles(at('shards/cells')).length;
    expect(before).toBeLessThan(cellFiles(at('whole/cells')).length);
    expect((await sweep('shards', '--shard', '1/3')).code).toBe(0);
    expect(outputsOf(at('shards'))).toEqual(undisturbed);
  });

  test('a shard that is done helps the others', async () => {
    const { out } = await sweep('helped', '--shard', '2/2');
    expect(out).toContain('all');
    expect(cellFiles(at('helped/cells'))).toEqual(cellFiles(at('whole/cells')));
  });

  test('what a dead process was writing is removed from the store, and what a live one writes is not', async () => {
    cpSync(at('whole/cells'), at('left/cells'), { recursive: true });
    const [dead, alive] = [`${HOST}-4194304`, `${HOST}-${process.ppid}`];
    const names = (owner: string) => [`progress-${owner}.json`, `progress-${owner}.json.partial`];
    for (const name of [...names(dead), ...names(alive)]) writeFileSync(at(`left/cells/${name}`), '{');
    expect((await commandLine(['sweep', TINY, '--out', at('left'), '--workers', '1'])).code).toBe(0);
    expect(readdirSync(at('left/cells')).filter((name) => name.startsWith('progress-'))).toEqual(names(alive));
  });

  test('merge accepts only whole cells, and leaves points out with --partial', async () => {
    cpSync(at('whole/cells'), at('partial/cells'), { recursive: true });
    const cells = readFileSync(at('whole/cells.csv'), 'utf8').split('\n').slice(1);
    const key = (cells.findLast((line) => line.includes('ioc-dormant')) as string).split(',')[2] as string;
    rmSync(join(at('partial/cells'), key.slice(0, 2), `${key}.json`));
    const refused = await commandLine(['sweep', 'merge', TINY, '--out', at('partial')]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('1 of ');
    expect(refused.err).toContain(key);
    expect(outputsOf(at('partial'))).toEqual({});
    const partial = await commandLine(['sweep', 'merge', TINY, '--out', at('partial'), '--partial']);
    expect(partial.code).toBe(2);
    expect(partial.out).toContain('1 point left out');
  });

  test('a wrong sweep file is refused with the place of its fault', async () => {
    writeFileSync(at('wrong.yaml'), readFileSync(TINY, 'utf8').replace('scenario: ', `scenario: ${process.cwd()}/test/cli/sweep/`).replace('values: [3, 4]', 'valuse: [3, 4]')); // prettier-ignore
    const { code, err } = await commandLine(['sweep', at('wrong.yaml'), '--out', at('wrong')]);
    expect(code).toBe(1);
    expect(err).toMatch(/wrong\.yaml:10:\d+ › factors\["weeks asked for"\]\.valuse: found an unknown name/);
  });

  test('a sweep continues if a point is refused, and reports it', async () => {
    const text = readFileSync(TINY, 'utf8').replace('scenario: ', `scenario: ${process.cwd()}/test/cli/sweep/`);
    writeFileSync(at('refused.yaml'), text.replace('values: [x0, x2]', 'values: [x0, -1]'));
    const { code, out } = await commandLine(['sweep', at('refused.yaml'), '--out', at('refused'), '--store', at('whole/cells'), '--workers', '1']); // prettier-ignore
    expect(code).toBe(2);
    expect(out).toContain('1 point refused');
    expect(out).toMatch(/replacement +0\.\d+ +-1 +not run/);
    expect(out).not.toContain('NaN');
  });

  test('a sweep names a store that cannot be written, keeps its content and writes no table', async () => {
    writeFileSync(at('file'), '');
    const file = await sweep('nowhere', '--store', at('file/cells'));
    expect(file.code).toBe(1);
    expect(file.err).toContain('a file stands where a folder is needed');
    expect(outputsOf(at('nowhere'))).toEqual({});
  });

  test.skipIf(process.getuid?.() === 0)(
    'a sweep names a read-only store, unless nothing is to be written',
    async () => {
      cpSync(at('whole/cells'), at('locked/cells'), { recursive: true });
      const [first = ''] = cellFiles(at('locked/cells'));
      rmSync(join(at('locked/cells'), first));
      chmodSync(join(at('locked/cells'), first.slice(0, 2)), 0o500);
      const { code, err } = await sweep('locked');
      expect(code).toBe(1);
      expect(err).toContain('it may not be written');
    },
  );

  test('a sweep resumes after Ctrl-C where it stopped', async () => {
    const { code, err } = await commandLine(['sweep', TINY, '--out', at('stopped'), '--workers', '1'], {
      onText: (text, interrupt) => text.startsWith('cells: ') && interrupt(),
    });
    expect(code).toBe(130);
    expect(err).toContain('the same command goes on');
    expect(outputsOf(at('stopped'))).toEqual({});
    expect((await sweep('stopped')).code).toBe(0);
    expect(outputsOf(at('stopped'))).toEqual(undisturbed);
  });

  test('a plan computes nothing, and tells what a cell rests on', async () => {
    const plan = await commandLine(['sweep', 'plan', TINY, '--store', at('whole/cells')]);
    expect(plan.code).toBe(0);
    expect(plan.out).toContain('0 cells of 0 lives not yet in');
    const cells = readFileSync(at('whole/cells.csv'), 'utf8').split('\n').slice(1);
    const key = (cells.find((line) => line.startsWith('3,ioc-dormant')) as string).split(',')[2] as string;
    const why = await commandLine(['sweep', 'plan', TINY, '--why', key.slice(0, 12)]);
    expect(why.out).toContain('scenario.populations.ioc-dormant.installations: 300 here');
    const store = await commandLine(['sweep', 'plan', TINY, '--why', key.slice(0, 12), '--store', folder]);
    expect(store.err).toContain('--store changes nothing here: --why compares cells of the plan alone');
  });
});
