// `fleet` as it is typed: what it tells, writes and refuses, and that decide and live read it as it is.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveBlock } from '../../src/cli/live/liveBlocks.ts';
import { parseCsv } from '../../src/report/published.ts';
import { commandLine } from './harness.ts';
import { rigHarness } from './rigHarness.ts';

const bench = rigHarness();
beforeAll(bench.start);
afterAll(bench.stop);

const OUTPUTS = ['attempts.csv', 'contacts.csv', 'events.csv', 'fleet.json', 'installations.csv', 'manifest.json', 'missed.csv', 'tries.csv']; // prettier-ignore
const SICK = `
name: sick
days: 80
links:
  wan:
    sick: { contact: { mode: daily }, classes: { sick: { upDaysMean: 5, down: [{ share: 1, duration: { kind: exponential, daysMean: 30 } }] } } }
groups:
  sick: { installations: 8, wan: sick, attempts: { daysBetween: 7 }, events: [{ at: '2022-01-20T00:00:00Z', event: gas-supplier, value: b }, { at: '2022-02-01T00:00:00Z', event: dcc-recommends }] }
`;

function file(name: string, text: string): string {
  writeFileSync(bench.at(name), text);
  return bench.at(name);
}

test('writes its records, twice the same bytes, and decide says of them what the fleet says', async () => {
  const path = file('sick.yaml', SICK);
  const { code, out, err } = await commandLine(['fleet', path, '--out', bench.at('one'), '--format', 'json']);
  expect([code, err]).toEqual([0, expect.not.stringContaining('rror')]);
  expect(readdirSync(bench.at('one'))).toEqual(OUTPUTS);
  await commandLine(['fleet', path, '--out', bench.at('two')]);
  for (const name of OUTPUTS)
    expect(readFileSync(bench.at(`two/${name}`)), name).toEqual(readFileSync(bench.at(`one/${name}`)));

  const told = JSON.parse(out) as { asOf: string; verdicts: { category: string; holds: number; reported: number }[] };
  const inputs = ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, bench.at(`one/${name}.csv`)]);
  const decided = await commandLine(['decide', ...inputs, '--as-of', told.asOf, '--out', bench.at('verdicts.csv')]);
  expect([decided.code, decided.err]).toEqual([0, expect.stringContaining('8 installations')]);
  const parsed = parseCsv(bench.read('verdicts.csv'));
  expect(parsed.ok).toBe(true);
  const rows = parsed.ok ? parsed.rows : [];
  for (const { category, holds, reported } of told.verdicts) {
    const own = rows.filter((row) => row['category'] === category);
    expect([own.length, own.filter((row) => row['reported'] === 'yes').length], category).toEqual([holds, reported]);
  }
  expect(rows.length).toBeGreaterThan(0);
  // An event of a DMC stands once.
  expect(bench.read('one', 'events.csv').match(/^dmc:/gm)).toHaveLength(1);
});

test('tells what happened, and live shows it', async () => {
  const { code, out } = await commandLine(['fleet', file('live.yaml', SICK.replace('name: sick', 'name: live')), '--out', bench.at('live')]); // prettier-ignore
  expect(code).toBe(0);
  for (const words of [
    '8 installations, 100 connections',
    'no-wan-attempting',
    'longest wait',
    `outputs: ${bench.at('live')}`,
  ])
    expect(out).toContain(words);
  const block = liveBlock(bench.at('live'), Date.now());
  expect(block.title).toBe('live: a fleet, complete');
  expect(block.tables.map(({ caption }) => caption)).toEqual(['Links and attempts by group', 'How near each clause is, in installations']); // prettier-ignore
  expect(block.tables[0]!.rows[0]![0]).toBe('sick');
});

test('one installation alone has the records that it has among the others', async () => {
  const path = file('only.yaml', SICK);
  const { code } = await commandLine(['fleet', path, '--only', '3', '--out', bench.at('three')]);
  expect(code).toBe(0);
  const own = (folder: string): string[] =>
    bench.read(folder, 'attempts.csv').split('\n').filter((line) => line.startsWith('3,')); // prettier-ignore
  expect(own('three')).toEqual(own('one'));
  expect(own('three').length).toBeGreaterThan(0);
  expect(bench.read('three', 'installations.csv').split('\n')).toHaveLength(3);
});

test('an interrupted fleet leaves whole files that say so', async () => {
  const path = file('cut.yaml', SICK.replace('installations: 8', 'installations: 60'));
  const { code } = await commandLine(['fleet', path, '--out', bench.at('cut')], {
    onText: (text, interrupt) => {
      if (text.includes('25 %')) interrupt();
    },
  });
  expect(code).toBe(130);
  expect(readdirSync(bench.at('cut'))).toEqual(OUTPUTS);
  expect(bench.json<{ partial: boolean }>('cut', 'manifest.json').partial).toBe(true);
});

test('what is wrong is refused with its place, and nothing is written', async () => {
  const wrong = file('wrong.yaml', 'name: x\ngroups: { a: { installations: 2, wan: none } }\n');
  const { code, err } = await commandLine(['fleet', wrong, '--out', bench.at('no')]);
  expect([code, err]).toEqual([1, expect.stringContaining('wrong.yaml:2:39 › groups.a.wan')]);
  expect(existsSync(bench.at('no'))).toBe(false);
  const unknown = await commandLine(['fleet', bench.at('sick.yaml'), '--only', '99']);
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('expected one of the fleet: 1 to 8')]);
  const other = await commandLine(['fleet', bench.at('cut.yaml'), '--out', bench.at('one')]);
  expect([other.code, other.err]).toEqual([1, expect.stringContaining('the outputs of an earlier run of sick')]);
  const rig = await commandLine(['fleet', file('rig.yaml', 'name: r\ndevices: {}\n')]);
  expect([rig.code, rig.err]).toEqual([1, expect.stringContaining('smets1-bench rig')]);
});

test('check names the numbers of each group; schema prints the schema', async () => {
  const { code, out } = await commandLine(['fleet', 'check', bench.at('sick.yaml')]);
  expect([code, out]).toEqual([0, expect.stringContaining('sick: 8 installations, 1 to 8')]);
  const schema = await commandLine(['fleet', 'schema']);
  expect(JSON.parse(schema.out)).toMatchObject({ title: 'A fleet of smets1-bench' });
});
