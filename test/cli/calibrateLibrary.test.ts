// `calibrate LIBRARY` as a user meets it: published lines and histories held against a library, and what is refused.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { numbersOutsideTables } from '../pageNumbers.ts';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'calibrate-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const SCENARIO = 'test/cli/sweep/tinyScenario.yaml';
const [PRIORS, LIBRARY, RECORDS, LINES] = [at('priors.yaml'), at('library'), at('records'), at('lines.csv')] as const;
/** What the records are simulated with, of a prior from 0.01 to 0.3. */
const NOT_JOINED = 0.2;

interface Answer {
  readonly effective: number;
  readonly histories: { readonly installations: number; readonly alarm: number } | null;
  readonly lines: readonly { readonly name: string; readonly tail: number }[];
  readonly summaries: readonly { readonly name: string; readonly z: number }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly explained: number;
    readonly values: { readonly p05: number; readonly p95: number };
    readonly chances?: readonly { readonly value: string; readonly chance: number }[];
  }[];
}

beforeAll(async () => {
  writeFileSync(
    PRIORS,
    `format: 1
name: tiny
parameters:
  HAN of IOC not joined: { path: links.han.ioc.classes.notJoined.share, range: [0.01, 0.3] }
  days between attempts: { path: process.IOC.daysBetweenAttempts, values: [7, 28] }
  unseen: { path: changes.supplierPerYear, range: [0, 0.5] }
`,
  );
  writeFileSync(LINES, 'category,cohorts,published,relation\ngt01,IOC,60,fit\n');
  expect((await commandLine(['calibrate', SCENARIO, '--priors', PRIORS, '--out', LIBRARY, '--draws', '52', '--replications', '1', '--scale', '1', '--as-of', '2021-11-03', '--workers', '1'])).code).toBe(0); // prettier-ignore
  expect((await commandLine(['run', SCENARIO, '--seed', 'another', '--replications', '1', '--out', RECORDS, '--workers', '1', '--set', `links.han.ioc.classes.notJoined.share=${NOT_JOINED}`])).code).toBe(0); // prettier-ignore
});

const asked = async (...args: readonly string[]): Promise<Answer> => {
  const { code, out, err } = await commandLine(['calibrate', LIBRARY, ...args, '--format', 'json']);
  expect(code, err).toBe(0);
  return JSON.parse(out) as Answer;
};

const parameter = ({ parameters }: Answer, name: string) => {
  const found = parameters.find((row) => row.name === name);
  if (found === undefined) throw new Error(`${name}: no such parameter`);
  return found;
};

describe('a library held against histories', () => {
  test('the number that the records were simulated with lies within its interval, and the unseen one stays as wide as its prior', async () => {
    const answer = await asked('--histories', RECORDS);
    expect(answer.histories).toMatchObject({ asOf: '2021-11-03', installations: 1242 });
    const { values, explained } = parameter(answer, 'HAN of IOC not joined');
    expect(values.p05).toBeLessThan(NOT_JOINED);
    expect(values.p95).toBeGreaterThan(NOT_JOINED);
    expect(explained).toBeGreaterThan(0.7);
    expect(parameter(answer, 'unseen')).toMatchObject({ verdict: 'not identified' });
    const chances = parameter(answer, 'days between attempts').chances ?? [];
    expect(chances.map(({ value }) => value)).toEqual(['7', '28']);
    expect(chances.reduce((sum, { chance }) => sum + chance, 0)).toBeCloseTo(1, 9);
    // The scenario has 7 days. Of so few homes few fail, so that the records show it faintly.
    expect(chances[0]?.chance).toBeGreaterThan(0.5);
    expect(answer.lines).toEqual([]);
    expect(Math.max(...answer.summaries.map(({ z }) => Math.abs(z)))).toBe(answer.histories?.alarm);
  });

  test('files one by one are the same as their folder, and any number of threads gives the same bytes', async () => {
    const files = ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, join(RECORDS, `${name}.parquet`)]); // prettier-ignore
    // The commands differ, and nothing else: the same files have the same hashes.
    const told = async (...more: readonly string[]) => {
      type Told = Answer & { command: string; provenance: { command: string } };
      const { command: _, provenance, ...rest } = (await asked(...more)) as Told;
      return { ...rest, provenance: { ...provenance, command: '' } };
    };
    expect(await told(...files, '--workers', '3')).toEqual(await told('--histories', RECORDS));
  });

  test('records that no draw resembles raise an alarm and end with 4', async () => {
    const strange = at('strange');
    const set = ['process.IOC.daysBetweenAttempts=60', 'links.wan.ioc-dormant.classes.dead.share=0.6'];
    await commandLine(['run', SCENARIO, '--replications', '1', '--out', strange, '--workers', '1', ...set.flatMap((text) => ['--set', text])]); // prettier-ignore
    const { code, err, out } = await commandLine(['calibrate', LIBRARY, '--histories', strange]);
    expect(code).toBe(4);
    expect(err).toMatch(/^ALARM: no draw of the library looks like these histories/m);
    expect(out).toContain('times wider: see the alarm');
  });

  test('refused rows end it with 2, and nothing is written', async () => {
    const path = at('attempts.csv');
    writeFileSync(path, 'installation_id,at,kind,outcome,cause\n0,yesterday,migration,ok,device\n');
    const { code, err } = await commandLine(['calibrate', LIBRARY, '--installations', join(RECORDS, 'installations.parquet'), '--attempts', path]); // prettier-ignore
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('nothing was calibrated') as string });
  });
});

describe('a library held against published lines', () => {
  test('lines and histories together are an answer, with its page and its tables', async () => {
    const [html, out] = [at('page.html'), at('answer')];
    const { code, out: text } = await commandLine(['calibrate', LIBRARY, '--to', LINES, '--histories', RECORDS, '--out', out, '--html', html]); // prettier-ignore
    expect(code).toBe(0);
    expect(text).toMatch(/^gt01\/IOC +60 /m);
    expect(text).toContain('1,242 installations as of 2021-11-03');
    const page = readFileSync(html, 'utf8');
    expect(numbersOutsideTables(page)).toEqual([]);
    expect(page).toContain('Shares of the histories, and of the library');
    expect(page).toContain('52 draws, each lived once by 100 % of the homes, count as 52 after the data.');
    const data = readFileSync(join(out, 'data.csv'), 'utf8');
    expect(data).toMatch(/^line,gt01\/IOC,60,/m);
    expect(data).toMatch(/^summary,/m);
  });

  test('a line that every draw misses ends with 4', async () => {
    const far = at('far.csv');
    writeFileSync(far, 'category,cohorts,published,relation\ngt01,IOC,90000,fit\n');
    const { code, err } = await commandLine(['calibrate', LIBRARY, '--to', far]);
    expect(code).toBe(4);
    expect(err).toContain('no draw of the priors comes near gt01/IOC');
  });
});

describe('what is refused', () => {
  test('a library whose making was stopped says how to go on, and a named day computes its cells', async () => {
    const stopped = at('stopped');
    cpSync(LIBRARY, stopped, { recursive: true });
    rmSync(join(stopped, 'cells/2021-11-03.json'));
    const { code, err } = await commandLine(['calibrate', stopped, '--to', LINES]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('no as-of of the library is whole') as string }); // prettier-ignore
    expect((await commandLine(['calibrate', stopped, '--to', LINES, '--as-of', '2021-11-03'])).code).toBe(0);
  });

  test.each([
    [['L'], 'nothing to hold it against: name --to LINES.csv, --histories DIR'],
    [['L', '--to', 'nowhere.csv'], 'nowhere.csv: found no such file'],
    [['L', '--histories', 'nowhere'], 'found no such folder'],
    [['L', '--histories', 'F'], 'found a file, expected a folder'],
    [['L', '--histories', 'R', '--attempts', 'F'], 'leave out --installations'],
    [['L', '--attempts', 'F'], '--installations and --attempts together'],
    [['L', '--to', 'F', '--draws', '99'], '--draws: '],
    [['L', '--to', 'F', '--priors', 'P'], 'which was made with its own'],
    [['L', '--to', 'F', '--as-of', '2031-01-01'], 'which the library has lived'],
    [['L', '--histories', 'R', '--as-of', '2021-03-01', '--as-of', '2021-03-02'], 'at one day'],
    [['L', '--to', 'F', '--out', 'L'], 'found other files, expected an empty directory'],
    [['R', '--to', 'F'], 'a folder without library.json, expected a library'],
    [['S', '--histories', 'R'], 'histories are held against a library, and this is none'],
    [['S', '--to', 'F'], '--priors FILE is needed'],
    [['S', '--priors', 'P', '--html', 'x.html'], 'name --to LINES.csv'],
    [['L', '--histories', 'R', '--operator-error', '0.1'], '--operator-error changes nothing here: it is the error of published lines'], // prettier-ignore
    [['L', '--to', 'F', '--max-errors', '3'], '--max-errors changes nothing here: no histories are read'],
    [['S', '--priors', 'P', '--out', 'N', '--operator-error', '0.1'], '--operator-error changes nothing here'],
    [['S', '--priors', 'P', '--to', 'F', '--times-without-zone', 'utc'], '--times-without-zone changes nothing here'],
    [['S', '--priors', 'P', '--to', 'published'], 'the scenario tiny names no publishedVolumes'],
  ])('calibrate %j is refused in words', async (args, words) => {
    const places: Record<string, string> = { L: LIBRARY, S: SCENARIO, P: PRIORS, F: LINES, R: RECORDS, N: at('none') };
    const { code, err } = await commandLine(['calibrate', ...args.map((word) => places[word] ?? word)]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(words) as string });
  });
});

test('an option that decides no result and changes nothing is told, and the answer is given', async () => {
  const { code, err, out } = await commandLine(['calibrate', LIBRARY, '--to', LINES, '--replace']);
  expect(code).toBe(0);
  expect(err).toContain('--replace changes nothing here: no file is written');
  expect(out).toContain('tiny over tiny#');
});

test('coverage finds the parameters of truths again that are no part of the library, and refuses its own', async () => {
  const args = ['calibrate', 'coverage', LIBRARY, '--as-of', '2021-11-03', '--truths', '8', '--workers', '1'];
  const { code, out } = await commandLine([...args, '--to', LINES]);
  expect(code).toBe(0);
  expect(out).toMatch(/^HAN of IOC not joined +0\.[5-9]/m);
  expect(out).toMatch(/^Histories, all parameters: 50 % intervals hold/m);
  expect(out).toMatch(/^Published lines, all parameters: /m);
  const own = JSON.parse(readFileSync(join(LIBRARY, 'library.json'), 'utf8')) as { seed: string };
  expect((await commandLine([...args, '--seed', own.seed])).code).toBe(1);
});
