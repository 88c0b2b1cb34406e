// `calibrate` and `forecast` as a user meets them: a library, its resumption, a forecast of records, and what is refused.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALIBRATION_TABLES } from '../../../src/cli/calibrate/calibrationTables.ts';
import { FORECAST_TABLES } from '../../../src/cli/forecast/forecastTables.ts';
import { commandLine, unbroken } from '../harness.ts';
import { expectTablesIn } from '../tableDocuments.ts';

const folder = mkdtempSync(join(tmpdir(), 'forecast-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const SCENARIO = 'test/cli/sweep/tinyScenario.yaml';
const PRIORS = join(folder, 'priors.yaml');
const LIBRARY = at('library');
const make = (out: string, ...more: string[]) =>
  commandLine(['calibrate', SCENARIO, '--priors', PRIORS, '--out', out, '--draws', '8', '--scale', '1', '--as-of', '2021-11-03', '--workers', '1', ...more]); // prettier-ignore
const run = at('run');
const records = ['--installations', join(run, 'installations.parquet'), '--attempts', join(run, 'attempts.parquet'), '--events', join(run, 'events.parquet')]; // prettier-ignore

/** Every file of a folder with its bytes. */
function filesIn(of: string): Readonly<Record<string, string>> {
  const names = readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ parentPath, name }) => join(parentPath, name)).sort().map((path) => [path.slice(of.length), readFileSync(path, 'latin1')])); // prettier-ignore
}

beforeAll(async () => {
  writeFileSync(at('early.csv'), 'installation_id,at,kind,outcome,cause\n0,2021-03-02T10:00:00Z,migration,MA112,device\n'); // prettier-ignore
  writeFileSync(
    PRIORS,
    `format: 1
name: tiny
parameters:
  persistence: { paths: ['faults.*.success.betaA'], ratio: 2 }
  HAN of IOC not joined: { path: links.han.ioc.classes.notJoined.share, ratio: 2 }
  WAN of IOC Dormant dead: { path: links.wan.ioc-dormant.classes.dead.share, ratio: 2 }
  retries stop when: { path: process.IOC.stopWhen, values: [effective, effective, effective, never] }
`,
  );
  // A slow machine says how far it is before.
  expect((await make(LIBRARY)).err).toMatch(/as of 2021-11-03: 16 of 16 cells, 16 computed\n$/);
  expect((await commandLine(['run', SCENARIO, '--seed', 'another', '--replications', '1', '--out', run, '--workers', '1'])).code).toBe(0); // prettier-ignore
});

describe('a library', () => {
  test('a library has the same bytes for any number of threads', async () => {
    expect((await make(at('threads'), '--workers', '3')).code).toBe(0);
    expect(filesIn(at('threads'))).toEqual(filesIn(LIBRARY));
  });

  test('a library that lost cells, or has torn ones, is completed by the same command to the same bytes', async () => {
    const whole = filesIn(LIBRARY);
    const cells = Object.keys(whole).filter((name) => name.endsWith('.cell'));
    rmSync(LIBRARY + (cells[0] as string));
    writeFileSync(LIBRARY + (cells[1] as string), (whole[cells[1] as string] as string).slice(0, 300), 'latin1');
    const { code, out } = await make(LIBRARY);
    expect(code).toBe(0);
    expect(unbroken(out)).toContain('16 cells, 2 computed, 14 there before');
    expect(filesIn(LIBRARY)).toEqual(whole);
  });

  test('Ctrl-C leaves the cells that are done, and the next call goes on', async () => {
    const { code, err } = await commandLine(
      ['calibrate', SCENARIO, '--priors', PRIORS, '--out', at('stopped'), '--draws', '8', '--scale', '1', '--as-of', '2021-11-03', '--as-of', '2021-12-31', '--workers', '1'], // prettier-ignore
      { onText: (text, interrupt) => (text.includes('16 of 16') ? interrupt() : undefined) },
    );
    expect(code).toBe(130);
    expect(err).toContain('the same command goes on');
    const { out } = await make(at('stopped'));
    expect(unbroken(out)).toContain('16 cells, 0 computed');
  });

  test('a library of another version of the simulation is lived again, and one of other rules is refused', async () => {
    const old = at('old');
    cpSync(LIBRARY, old, { recursive: true });
    const list = join(old, 'cells', '2021-11-03.json');
    const { kernel, ...rest } = JSON.parse(readFileSync(list, 'utf8')) as { kernel: number };
    writeFileSync(list, JSON.stringify({ ...rest, kernel: kernel - 1 }));
    const { err } = await commandLine(['forecast', old, '--as-of', '2021-11-03', '--workers', '1']);
    expect(err).toContain(`found kernel ${kernel - 1}, expected ${kernel}`);
    expect(filesIn(old)).toEqual(filesIn(LIBRARY));
    const head = readFileSync(join(old, 'library.json'), 'utf8');
    writeFileSync(join(old, 'library.json'), head.replace(/#[0-9a-f]{12}/, '#0123456789ab'));
    const refused = await commandLine(['forecast', old, '--as-of', '2021-11-03']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('found a library of tiny#0123456789ab, expected tiny#') as string }); // prettier-ignore
  });

  test('a library says nothing of the machine that made it', () => {
    const { '/library.json': head, '/inputs.json': inputs } = filesIn(LIBRARY);
    expect(head).not.toContain(folder);
    expect(inputs).not.toContain(folder);
    expect(inputs).not.toContain(process.cwd());
  });

  test.each([
    [['calibrate', SCENARIO, '--priors', 'P', '--out', 'L', '--draws', '9', '--scale', '1', '--as-of', '2021-11-03'], 'another library lies there'], // prettier-ignore
    [['calibrate', SCENARIO, '--out', 'L'], '--priors FILE is needed'],
    [['calibrate', SCENARIO, '--priors', 'P'], '--out DIR is needed'],
    [['calibrate', SCENARIO, '--priors', 'P', '--out', 'N', '--draws', '8', '--as-of', '2031-01-01'], 'which the scenario simulates'], // prettier-ignore
    [['calibrate', SCENARIO, '--priors', SCENARIO, '--out', 'N'], 'expected a file of priors'],
  ])('%j is refused in words', async (args, words) => {
    const places: Record<string, string> = { P: PRIORS, L: LIBRARY, N: at('none') };
    const { code, err } = await commandLine(args.map((word) => places[word] ?? word));
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) as string });
  });
});

describe('a forecast', () => {
  test('without histories it is the prior predictive, and says what its width comes from', async () => {
    const { code, out, err } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03']);
    expect(code).toBe(0);
    expect(out).toContain('without histories (prior predictive): 2022-12-31');
    expect(err).toContain('parameters');
  });

  test('with histories its rows, its tables and its support are those of the golden', async () => {
    const { code, out } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', ...records, '--by', 'supplier,area', '--out', at('f')]); // prettier-ignore
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('goldens/smallForecast.txt');
    const tables = filesIn(at('f'));
    expect(Object.keys(tables)).toEqual([
      '/forecast.csv',
      '/installations.csv',
      '/manifest.json',
      '/page.json',
      '/visits.csv',
    ]);
    for (const [name, columns] of Object.entries(FORECAST_TABLES))
      expect(tables[`/${name}`]?.split('\n')[0]).toBe(columns.map((column) => column.name).join(','));
    // Parts add up to the whole: the medians of suppliers' lines are near the line's own.
    const rows = (tables['/forecast.csv'] as string).trim().split('\n').map((line) => line.split(',')); // prettier-ignore
    const median = (part: string): number =>
      rows.filter((row) => row[0] === '2022-12-31' && row[2] === part && row[4] === 'IOC' && row[5] === 'migrated').reduce((sum, row) => sum + Number(row[9]), 0); // prettier-ignore
    expect(Math.abs(median('supplier') / median('all') - 1)).toBeLessThan(0.05);
    expect(Math.abs(median('area') / median('all') - 1)).toBeLessThan(0.05);
  });

  test('a what-if is forecast beside things as they are, and one that changes nothing gives the same numbers', async () => {
    const { code, out } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', ...records, '--what-if', 'same: process.FOC.attemptsMax=60', '--what-if', 'four weeks: amendments.clauses.five-retries.shows.atLeast=4']); // prettier-ignore
    expect(code).toBe(0);
    const [, same = '', fewer = ''] = out.split('What if: ');
    expect(same.match(/[+-]\d+$/gm)?.every((by) => by === '+0')).toBe(true);
    expect(fewer).toMatch(/^IOC +five-retries +\d+ +\d+ +\+[1-9]/m);
  });

  test('a folder of records is read like its files', async () => {
    const named = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', ...records, '--format', 'json']);
    const folded = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', '--histories', run, '--format', 'json']); // prettier-ignore
    const forecastIn = ({ out }: { readonly out: string }) => (JSON.parse(out) as { forecast: unknown }).forecast;
    expect(forecastIn(folded)).toEqual(forecastIn(named));
  });

  test('what is given takes the place of its prior in every draw, and stands beside the forecast as drawn', async () => {
    const ask = async (...more: string[]) => {
      const { code, out, err } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', '--histories', run, ...more, '--format', 'json']); // prettier-ignore
      expect({ code, err }).toEqual({ code: 0, err: expect.any(String) as string });
      const { forecast, given } = JSON.parse(out) as { forecast: (string | number)[][]; given: unknown };
      return { err, given, rows: (whatIf: string) => forecast.filter((row) => row[1] === whatIf).map((row) => row.toSpliced(1, 1)) }; // prettier-ignore
    };
    const drawn = await ask();
    const never = await ask('--given', 'retries stop when=never', '--html', at('given.html'));
    expect(readFileSync(at('given.html'), 'utf8')).toContain('Given: retries stop when=never. All else is drawn from the priors.'); // prettier-ignore
    // A quarter of the draws have it, so that their cells are there already.
    expect(never.err).toContain('16 of 16 cells, 12 computed');
    expect(never.given).toEqual([{ name: 'retries stop when', value: 'never' }]);
    expect(never.rows('as drawn')).toEqual(drawn.rows(''));
    expect(never.rows('')).not.toEqual(drawn.rows(''));
  });

  test('the share of ends of each installation sums to 1, and the quantiles of each line rise', () => {
    const tables = filesIn(at('f'));
    const installations = (tables['/installations.csv'] as string).trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
    expect(installations).toHaveLength(1242);
    for (const row of installations) expect(Number(row[5]) + Number(row[6]) + Number(row[7])).toBeCloseTo(1, 3);
    expect(installations.some((row) => row[4] !== '')).toBe(true);
    const lines = (tables['/forecast.csv'] as string).trim().split('\n').slice(1).map((line) => line.split(',').slice(7).map(Number)); // prettier-ignore
    for (const line of lines) expect(line).toEqual(line.toSorted((a, b) => a - b));
  });

  test('records that no draw resembles raise an alarm', async () => {
    const other = at('other');
    const set = ['links.wan.ioc-dormant.classes.dead.share=0.6', 'process.IOC.daysBetweenAttempts=30', 'entryCurves.ioc-active.firstAttempt[0].share=0.01']; // prettier-ignore
    await commandLine(['run', SCENARIO, '--replications', '1', '--out', other, '--workers', '1', ...set.flatMap((text) => ['--set', text])]); // prettier-ignore
    const { code, err } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', ...records.map((word) => word.replace(run, other))]); // prettier-ignore
    expect(code).toBe(0);
    expect(err).toContain('ALARM: no draw of the library looks like these histories');
  });

  test('refused rows end it with exit code 2 as in decide, and nothing is written', async () => {
    const path = at('attempts.csv');
    writeFileSync(path, 'installation_id,at,kind,outcome,cause\n0,yesterday,migration,ok,device\n');
    const { code, err } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-11-03', '--installations', join(run, 'installations.parquet'), '--attempts', path, '--out', at('refused')]); // prettier-ignore
    expect(code).toBe(2);
    expect(err).toContain('nothing was forecast');
    expect(readdirSync(at('refused'))).toEqual([]);
  });

  test('records that end before the as-of are refused before a missing cell is computed, and missing events are told', async () => {
    const { code, out, err } = await commandLine(['forecast', LIBRARY, '--as-of', '2021-12-20', '--installations', join(run, 'installations.parquet'), '--attempts', at('early.csv')]); // prettier-ignore
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('nothing is known of the days before it: their last attempt is of 2021-03-02');
    expect(err).toContain('No --events:');
    expect(err).not.toContain('computed');
  });

  test.each([
    [[], '--as-of DATE is needed'],
    [['--as-of', '2023-05-01'], 'which the library has lived'],
    [['--as-of', '2021-11-03', '--until', '2021-11-01'], 'expected a day after the as-of'],
    [['--as-of', '2021-11-03', '--until', '2024-11-01'], 'the library ends on 2022-12-31'],
    [['--as-of', '2021-11-03', '--until', '2021-11-20'], 'no month ends between'],
    [['--as-of', '2021-11-03', '--by', 'supplier'], 'only histories tell it'],
    [['--as-of', '2021-11-03', '--attempts', 'a.csv'], '--installations and --attempts together'],
    [['--as-of', '2021-11-03', '--what-if', 'four=4'], 'expected NAME: path=value'],
    [['--as-of', '2021-11-03', '--what-if', 'x: nowhere=4'], 'an unknown name'],
    [['--as-of', '2021-11-03', '--what-if', 'x: horizon=2023-12-31'], 'make another library'],
    [['--as-of', '2021-11-03', '--given', 'retries'], 'expected NAME=VALUE'],
    [['--as-of', '2021-11-03', '--given', 'retries stop wen=never'], 'did you mean retries stop when?'],
    [['--as-of', '2021-11-03', '--given', 'persistence=1'], 'Only parameters whose prior lists values can be given'],
    [['--as-of', '2021-11-03', '--given', 'retries stop when=soon'], 'expected effective 75 %, never 25 %'],
    [['--as-of', '2021-11-03', '--given', 'retries stop when=never', '--given', 'retries stop when=never'], 'given twice'], // prettier-ignore
    [['--as-of', '2021-11-03', '--what-if', 'as drawn: process.FOC.attemptsMax=60'], 'the name is taken'],
    [['--as-of', '2021-11-03', '--histories', 'nowhere'], 'found no such folder'],
    [['--as-of', '2021-11-03', '--histories', 'a', '--attempts', 'b'], 'leave out --installations'],
    [['--as-of', '2021-11-03', '--max-errors', '5'], '--max-errors changes nothing here: no histories are read'],
    [['--as-of', '2021-11-03', '--rename-column', 'a=at'], '--rename-column changes nothing here'],
    [['--as-of', '2021-11-03', '--by', 'colour'], 'expected cohort, category, month, supplier, area'],
  ])('forecast LIBRARY %j is refused before anything is read', async (args, words) => {
    const { code, err } = await commandLine(['forecast', LIBRARY, ...args]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) as string });
  });

  test('a folder that is no library names the command that makes one', async () => {
    const { code, err } = await commandLine(['forecast', run, '--as-of', '2021-11-03']);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('smets1-bench calibrate SCENARIO') as string,
    });
  });
});

test('coverage forecasts truths that are no part of the library, and refuses its own', async () => {
  const args = ['forecast', 'coverage', LIBRARY, '--as-of', '2021-11-03', '--truths', '8', '--workers', '1'];
  const { code, out } = await commandLine(args);
  expect(code).toBe(0);
  expect(out).toMatch(/^all +\d+ +\d/m);
  const own = JSON.parse(readFileSync(join(LIBRARY, 'library.json'), 'utf8')) as { seed: string };
  expect((await commandLine([...args, '--seed', own.seed])).code).toBe(1);
  const asOf = (day: string) => commandLine(['forecast', 'coverage', LIBRARY, '--as-of', day]);
  expect(await asOf('2021-11-31')).toMatchObject({
    code: 1,
    err: expect.stringContaining('expected a date') as string,
  });
  expect(await asOf('2023-05-01')).toMatchObject({ code: 1, err: expect.stringContaining('has lived') as string });
});

test('the README of priors names every table and column', () =>
  expectTablesIn('scenarios/priors/README.md', { ...FORECAST_TABLES, ...CALIBRATION_TABLES }));
