// What a person mistypes gets one answer that says how to mend it, and leaves nothing behind.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'wrong-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const QUIET = 'scenarios/quiet.yaml';
const RIG = 'scenarios/rigs/lab.yaml';
const FLEET = 'scenarios/fleets/hundred.yaml';
const SWEEP = 'scenarios/sweeps/quick.yaml';
const RULES = 'scenarios/rulesets/r1.yaml';

describe('a file of another kind is told in one sentence with the command for it', () => {
  test.each([
    [['run', RIG], 'a rig file', 'a scenario', `rig ${RIG}`],
    [['run', SWEEP], 'a sweep', 'a scenario', `sweep ${SWEEP}`],
    [['run', RULES], 'a rule set', 'a scenario', `rules check ${RULES}`],
    [['explain', RIG, '--installation', '1'], 'a rig file', 'a scenario', `rig ${RIG}`],
    [['rig', QUIET], 'a scenario', 'a rig file', `run ${QUIET}`],
    [['sweep', QUIET, '--out', join(folder, 'sweep')], 'a scenario', 'a sweep', `run ${QUIET}`],
    [['rules', 'print', QUIET], 'a scenario', 'a rule set', `run ${QUIET}`],
    [['rig', FLEET], 'a fleet file', 'a rig file', `fleet ${FLEET}`],
    [['rig', 'check', FLEET], 'a fleet file', 'a rig file', `fleet ${FLEET}`],
    [['fleet', 'check', RIG], 'a rig file', 'a fleet file', `rig ${RIG}`],
    [['scenario', 'check', RIG], 'a rig file', 'a scenario', `rig ${RIG}`],
    [['rules', 'check', QUIET], 'a scenario', 'a rule set', `run ${QUIET}`],
  ])('%j', async (args, found, expected, command) => {
    const { code, out, err } = await commandLine(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(`${args.find((word) => word.endsWith('.yaml'))}: found ${found}, expected ${expected}\n  Write: smets1-bench ${command}\n`); // prettier-ignore
  });

  test('a scenario with a slip in it is still a scenario, and its slip is named', async () => {
    const path = join(folder, 'slip.yaml');
    writeFileSync(path, `extends: ${join(process.cwd(), QUIET)}\nname: slip\nlinks: { wam: 1 }\n`);
    const { err } = await commandLine(['run', path]);
    expect(err).toContain('links.wam: found an unknown name');
  });
});

const RECORDS_OF = (file: string): readonly string[] => ['--installations', file, '--attempts', file];
const PRIORS = ['--priors', 'scenarios/priors/various1.yaml'];
const DAY = ['--as-of', '2021-11-03'];
const OUT = ['--out', join(folder, 'never')];
/** Every place for a file or a folder on a command line: what is typed, with the name in it. */
const PLACES: readonly ((file: string) => readonly string[])[] = [
  (file) => ['run', file],
  (file) => ['run', QUIET, '--against', file],
  (file) => ['explain', file, '--installation', '1'],
  (file) => ['explain', ...RECORDS_OF(file), '--installation', '1'],
  (file) => ['decide', ...RECORDS_OF(file), '--as-of', '2022-12-31', '--out', join(folder, 'never.csv')],
  (file) => ['report', 'consultation', '--run', file],
  (file) => ['report', 'html', file],
  (file) => ['compare', QUIET, file],
  (file) => ['sensitivity', file, '--outcome', 'gt01/all'],
  (file) => ['sweep', file, ...OUT],
  (file) => ['sweep', 'plan', file],
  (file) => ['fit', file],
  (file) => ['calibrate', file, ...PRIORS, ...OUT],
  (file) => ['calibrate', 'various1', '--priors', file, ...OUT],
  (file) => ['calibrate', 'various1', ...PRIORS, '--to', file, '--draws', '8'],
  (file) => ['calibrate', 'draws', 'various1', '--priors', file],
  (file) => ['calibrate', 'coverage', file, ...DAY],
  (file) => ['forecast', file, ...DAY],
  (file) => ['forecast', 'coverage', file, ...DAY],
  (file) => ['forecast', 'thresholds', file],
  (file) => ['forecast', 'backtest', 'various1', '--to', file],
  (file) => ['scenario', 'check', file],
  (file) => ['scenario', 'print', file],
  (file) => ['rules', 'print', file],
  (file) => ['rules', 'check', file],
  (file) => ['rules', 'diff', file, file],
  (file) => ['check', 'engine', '--command', 'cat', '--accept', file],
  (file) => ['check', 'scenario', file],
  (file) => ['check', 'replay', file],
  (file) => ['check', 'device', 'tcp://127.0.0.1:1', '--allow', file],
  (file) => ['emulate', '--profile', file],
  (file) => ['rig', file],
  (file) => ['rig', 'check', file],
  (file) => ['rig', 'status', 'scenarios/rigs/watch.yaml', '--out', file],
  (file) => ['fleet', file],
  (file) => ['fleet', 'check', file],
  (file) => ['devices', 'decode', '--keys', file, '00'],
  (file) => ['devices', 'compare', file, file],
  (file) => ['devices', 'profile', file],
];

describe('a name of the wrong thing is answered with that name, what was found, and what was expected', () => {
  const wrong = join(folder, 'wrong');
  mkdirSync(join(wrong, 'folder'), { recursive: true });
  writeFileSync(join(wrong, 'empty'), '');
  writeFileSync(join(wrong, 'binary'), Buffer.from([0, 1, 2, 255, 254, 0, 80, 75, 3, 4]));
  writeFileSync(join(wrong, 'text'), 'hello there\n');
  writeFileSync(join(wrong, 'object.json'), '{ "a": 1 }\n');

  test.each(['missing', 'folder', 'empty', 'binary', 'text', 'object.json'])('%s', async (name) => {
    const file = join(wrong, name);
    const odd: unknown[] = [];
    for (const place of PLACES) {
      const { code, out, err } = await commandLine(place(file));
      const isTold = err.includes(file) && /found|expected|there is no/.test(err) && !/ENO|EIS|at .*\.ts:/.test(err);
      if (code !== 1 || out !== '' || !isTold) odd.push({ line: place(name).join(' '), code, out, err });
    }
    expect(odd).toEqual([]);
    expect(readdirSync(folder).filter((left) => left.startsWith('never'))).toEqual([]);
  });
});

test('a check that is refused leaves its folder as it was, or none', async () => {
  const there = join(folder, 'there');
  mkdirSync(there);
  for (const args of [
    ['device', 'tcp://127.0.0.1:1'],
    ['head-end', '--command', '/no/such/program'],
    ['engine', '--command', '/no/such/program', '--runs', '5'],
  ]) {
    const never = join(folder, 'never-a-check');
    expect([args, (await commandLine(['check', ...args, '--out', never])).code]).toEqual([args, 1]);
    expect([args, existsSync(never)]).toEqual([args, false]);
    expect([args, (await commandLine(['check', ...args, '--out', there])).code]).toEqual([args, 1]);
    expect([args, readdirSync(there)]).toEqual([args, []]);
  }
});

test('a misspelt name of a shipped scenario is told with the nearest one', async () => {
  for (const args of [['run'], ['scenario', 'print'], ['sensitivity']]) {
    const { code, err } = await commandLine([...args, 'variuos1']);
    expect([args, code, err]).toEqual([args, 1, expect.stringContaining('Did you mean `various1`?')]);
  }
});

test('an outcome that is none is named as it was typed', async () => {
  const { code, err } = await commandLine(['sensitivity', 'various1', '--outcome', 'five-retry/all']);
  expect([code, err]).toEqual([1, expect.stringContaining('found five-retry/all, expected category/cohorts')]);
});

describe('--set', () => {
  test('the advice for a text of digits works when it is typed', async () => {
    const { code, err } = await commandLine(['run', QUIET, '--set', 'seed=123']);
    expect(code).toBe(1);
    const [, advised = ''] = /for the shell: --set "(.*)"\.$/m.exec(err) ?? [];
    expect(advised).toBe("seed='123'");
    const asAdvised = await commandLine(['run', QUIET, '--workers', '1', '--format', 'json', '--set', advised]);
    expect(asAdvised).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(asAdvised.out)).toMatchObject({ seed: '123' });
  });

  test('of what is in the rule set names amendments, where it is changed', async () => {
    const { code, err } = await commandLine(['run', QUIET, '--set', 'rules.clauses.five-retries.shows.atLeast=4']);
    expect(code).toBe(1);
    expect(err).toContain('Did you mean `amendments.clauses.five-retries.shows.atLeast`?');
  });

  test.each([
    ['process.MOC (MDS).attemptsMax=4', 'process.MOC_MDS'],
    ['process.MOC (Secure).attemptsMax=4', 'process.MOC_Secure'],
    ['populations.ioc-active.cohort=MOC (MDS)', 'MOC_MDS'],
  ])('%s is told the name of the cohort', async (set, near) => {
    const { code, err } = await commandLine(['run', QUIET, '--set', set]);
    expect(code).toBe(1);
    expect(err).toContain(`Did you mean \`${near}\`?`);
  });

  test('an outage outside the scenario is warned of: it changes nothing', async () => {
    const shock = 'sharedOutages.late={ by: operator, members: all, dated: [{ from: 2035-06-01, days: 3 }] }';
    const { err } = await commandLine(['run', QUIET, '--workers', '1', '--format', 'json', '--set', 'operators={ a: 1 }', '--set', shock]); // prettier-ignore
    expect(err).toContain('expected days within the simulation, 2021-02-01 to 2022-12-31: this outage changes nothing');
  });
});

test.each([
  ['run', ['run', QUIET, '--out', '-']],
  ['sweep', ['sweep', SWEEP, '--out', '-']],
  ['rig', ['rig', RIG, '--out', '-']],
  ['rig --watch', ['rig', 'scenarios/rigs/watch.yaml', '--watch', '--out', '-']],
  ['emulate', ['emulate', '--state', '-']],
  ['the page of run', ['run', QUIET, '--html', '-']],
])('%s takes no standard output for a folder, and makes none of that name', async (_, args) => {
  const { code, out, err } = await commandLine(args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/found "?-"?, expected a f/);
  expect(existsSync('-')).toBe(false);
});

test.each([
  [['emulate', '--listen', '127.0.0.1:65536'], 'the port from 0 to 65535'],
  [['emulate', '--listen', '99999'], 'the port from 0 to 65535'],
  [['live', 'test', '--listen', '127.0.0.1:65536'], 'the port from 0 to 65535'],
  [['devices', 'probe', 'tcp:127.0.0.1:65536'], 'the port from 1 to 65535'],
  [['devices', 'list', '--mqtt', 'mqtt://127.0.0.1:65536'], 'the port up to 65535'],
])('%j is told which ports there are', async (args, words) => {
  const { code, err } = await commandLine(args);
  expect(code).toBe(1);
  expect(err).toContain(words);
});

test.each([
  [['run', 'none.yaml']],
  [['rig', 'none.yaml']],
  [['sweep', 'none.yaml', '--out', join(folder, 'none')]],
  [['rules', 'check', 'none.yaml']],
  [
    [
      'decide',
      '--installations',
      'none.csv',
      '--attempts',
      'none.csv',
      '--as-of',
      '2022-01-01',
      '--out',
      join(folder, 'v.csv'),
    ],
  ],
  [['explain', '--installations', 'none.csv', '--attempts', 'none.csv', '--installation', '1']],
  [['emulate', '--profile', 'none.yaml']],
])('%j: a file that is not there is told in the same words everywhere', async (args) => {
  const { code, out, err } = await commandLine(args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^none\.\w+: found no such file, expected a file that can be read\.\n$/);
});

describe('two commands and one folder', () => {
  test('of two runs at once one is refused, and the other is whole', async () => {
    const out = join(folder, 'twice');
    const args = ['run', QUIET, '--workers', '1', '--format', 'json', '--out', out];
    const answers = await Promise.all([commandLine(args), commandLine(args)]);
    expect(answers.map(({ code }) => code).toSorted()).toEqual([0, 1]);
    expect(answers.find(({ code }) => code === 1)?.err).toContain('another command is writing there');
    expect(readdirSync(out)).toContain('manifest.json');
    expect(readdirSync(out).filter((name) => name.startsWith('.partial-'))).toEqual([]);
  });

  test.skipIf(!existsSync('/proc/self/cmdline'))(
    'what another live bench is writing is left alone (needs /proc)',
    async () => {
      const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', 'smets1-bench']);
      try {
        const out = join(folder, 'other');
        mkdirSync(join(out, `.partial-${other.pid}`), { recursive: true });
        const { code, err } = await commandLine(['run', QUIET, '--workers', '1', '--out', out]);
        expect(code).toBe(1);
        expect(err).toContain(`another command is writing there (.partial-${other.pid})`);
        expect(readdirSync(out)).toEqual([`.partial-${other.pid}`]);
      } finally {
        other.kill();
      }
    },
  );

  test('another run replaces an earlier one only when it is asked to', async () => {
    const out = join(folder, 'replaced');
    const run = (...more: readonly string[]) => commandLine(['run', QUIET, '--workers', '1', '--format', 'json', '--out', out, ...more]); // prettier-ignore
    expect(await run('--seed', 'one')).toMatchObject({ code: 0 });
    expect(await run('--seed', 'one')).toMatchObject({ code: 0 });
    const refused = await run('--seed', 'two');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('seed one');
    expect(refused.err).toContain('add --replace');
    expect(await run('--seed', 'two', '--replace')).toMatchObject({ code: 0 });
  });
});
