// `fleet` as it is typed: what it tells, writes and refuses, and that decide and live read it as it is.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveBlock } from '../../src/cli/live/liveBlocks.ts';
import { parseCsv } from '../../src/report/published.ts';
import { emulated } from '../devices/rig/bench.ts';
import { commandLine, unbroken } from './harness.ts';
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
  expect(readdirSync(bench.at('cut'))).toEqual([...OUTPUTS, 'turns.jsonl']);
  expect(bench.json<{ partial: boolean }>('cut', 'manifest.json').partial).toBe(true);
});

const STOPPED = SICK.replace('name: sick', 'name: stopped').replace('days: 80', 'days: 40');
/** The turns of that fleet, stopped at a quarter. */
let turnsSoFar = '';
/** Stops a fleet in a folder of this name at a quarter of its calendar, and gives what it said. */
async function stopped(path: string, folder: string): Promise<{ readonly code: number; readonly err: string }> {
  return commandLine(['fleet', path, '--out', bench.at(folder)], {
    onText: (text, interrupt) => {
      if (!text.includes('25 %')) return;
      expect(liveBlock(bench.at(folder), Date.now()).title).toBe(`${folder}: a fleet, at work`);
      interrupt();
    },
  });
}
const bytesOf = (folder: string, names: readonly string[]): string[] => names.map((name) => bench.read(folder, name));

test('a fleet that was stopped goes on with the same command, to the same bytes', async () => {
  const path = file('stopped.yaml', STOPPED);
  await commandLine(['fleet', path, '--out', bench.at('through')]);
  const first = await stopped(path, 'goes');
  expect([first.code, first.err]).toEqual([130, expect.stringContaining('the same command goes on from here')]);
  turnsSoFar = bench.read('goes', 'turns.jsonl');
  expect(liveBlock(bench.at('goes'), Date.now()).title).toBe('goes: a fleet, stopped before its end');
  const goesOn = `goes on: ${turnsSoFar.split('\n').length - 2} turns`;
  const second = await commandLine(['fleet', path, '--out', bench.at('goes')]);
  expect([second.code, second.err]).toEqual([0, expect.stringContaining(goesOn)]);
  expect(readdirSync(bench.at('goes'))).toEqual(OUTPUTS);
  expect(bytesOf('goes', OUTPUTS)).toEqual(bytesOf('through', OUTPUTS));
});

test('a fleet whose process was killed goes on from its last whole turn', async () => {
  const path = bench.at('stopped.yaml');
  mkdirSync(bench.at('killed'));
  // What SIGKILL leaves: a torn line, halves of records, a status that says it is at work, the lock of a dead process.
  writeFileSync(bench.at('killed/turns.jsonl'), turnsSoFar.slice(0, Math.floor(turnsSoFar.length * 0.7)));
  writeFileSync(bench.at('killed/attempts.csv.partial-999999'), 'half');
  writeFileSync(bench.at('killed/fleet.json'), bench.read('through', 'fleet.json').replace('"isRunning": false', '"isRunning": true')); // prettier-ignore
  writeFileSync(bench.at('killed/rig.lock'), '999999 ?\n');
  expect(liveBlock(bench.at('killed'), Date.now()).title).toBe('killed: a fleet, stopped before its end');
  const { code } = await commandLine(['fleet', path, '--out', bench.at('killed')]);
  expect(code).toBe(0);
  expect(readdirSync(bench.at('killed'))).toEqual(OUTPUTS);
  expect(bytesOf('killed', OUTPUTS)).toEqual(bytesOf('through', OUTPUTS));
});

test('a directory of another stopped fleet, and turns that were changed, are refused with what to do', async () => {
  mkdirSync(bench.at('other'));
  writeFileSync(bench.at('other/turns.jsonl'), turnsSoFar);
  const other = await commandLine(['fleet', bench.at('sick.yaml'), '--out', bench.at('other')]);
  expect([other.code, other.err]).toEqual([1, expect.stringContaining('a fleet that was stopped (stopped), of another file')]); // prettier-ignore
  const lines = turnsSoFar.split('\n');
  const moved = lines[20]!.replace(/"begin":(\d+)/, (_, at: string) => `"begin":${Number(at) + 7}`);
  writeFileSync(bench.at('other/turns.jsonl'), turnsSoFar.replace(lines[20]!, moved));
  const changed = await commandLine(['fleet', bench.at('stopped.yaml'), '--out', bench.at('other')]);
  expect([changed.code, changed.err]).toEqual([1, expect.stringContaining('do not follow from this fleet file')]);
  writeFileSync(bench.at('other/turns.jsonl'), turnsSoFar.replace(lines[20]!, 'noise'));
  const torn = await commandLine(['fleet', bench.at('stopped.yaml'), '--out', bench.at('other')]);
  expect([torn.code, torn.err]).toEqual([1, expect.stringContaining('turns.jsonl:21: found no turn')]);
});

test('a fleet by the wall clock cannot go on: its records are completed, and it says how to run it again', async () => {
  const path = file('wall.yaml', STOPPED.replace('days: 40', 'days: 0.0001\nclock: wall').replace('name: stopped', 'name: wall')); // prettier-ignore
  await commandLine(['fleet', path, '--out', bench.at('wall')]);
  const { fleetHash } = bench.json<{ fleetHash: string }>('wall', 'fleet.json');
  rmSync(bench.at('wall'), { recursive: true });
  const [head, ...turns] = turnsSoFar.split('\n');
  mkdirSync(bench.at('wall'));
  writeFileSync(bench.at('wall/turns.jsonl'), [JSON.stringify({ ...(JSON.parse(head!) as object), fleetHash }), ...turns].join('\n')); // prettier-ignore
  const { code, err } = await commandLine(['fleet', path, '--out', bench.at('wall')]);
  expect([code, err]).toEqual([1, expect.stringContaining('it cannot go on: its clock is the wall clock')]);
  expect(readdirSync(bench.at('wall'))).toEqual(OUTPUTS);
  expect(bench.json<{ partial: boolean }>('wall', 'manifest.json').partial).toBe(true);
  for (const name of ['attempts.csv', 'contacts.csv', 'tries.csv']) {
    const records = bench.read('wall', name);
    expect(records.split('\n').length, name).toBeGreaterThan(5);
    expect(bench.read('through', name).startsWith(records), name).toBe(true);
  }
  const again = await commandLine(['fleet', path, '--out', bench.at('wall')]);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('which are not replaced')]);
});

test('frames, captures and steps of an attached installation are recorded', async () => {
  const hub = await emulated();
  file('home.yaml', `name: home\ninstallation: { id: home }\ndevices: { chf: { tcp: '127.0.0.1:${hub.port}' } }\n`);
  const path = file('wire.yaml', 'name: wire\nclock: virtual\ndays: 2\ngroups: { homes: { installations: 1, preparation: false } }\nattached: { real: { rig: home.yaml, attempts: { firstDay: 1, overDays: 0, max: 1 } } }\n'); // prettier-ignore
  const { code, err } = await commandLine(['fleet', path, '--out', bench.at('wire')]);
  await hub.close();
  expect([code, err]).toEqual([0, expect.not.stringContaining('rror')]);
  expect(readdirSync(bench.at('wire'))).toEqual([...OUTPUTS, 'frames-real.pcap', 'frames.jsonl', 'steps.jsonl'].sort());
  const { files } = bench.json<{ files: Record<string, { rows: number }> }>('wire', 'manifest.json');
  const steps = bench.read('wire', 'steps.jsonl').trim().split('\n').map((line) => JSON.parse(line) as { installation: string; step: string; observation: string }); // prettier-ignore
  expect(steps.length).toBe(files['steps.jsonl']!.rows);
  expect(new Set(steps.map(({ installation }) => installation))).toEqual(new Set(['real']));
  expect(steps).toContainEqual(expect.objectContaining({ step: 'contact', observation: 'answered' }));
  // The capture holds the frames that the log holds.
  const decoded = async (name: string): Promise<string[]> => {
    const { out } = await commandLine(['devices', 'decode', bench.at(`wire/${name}`), '--keys', 'lab', '--format', 'json']); // prettier-ignore
    const lines = out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as { text: string; tree?: object });
    return lines.filter(({ tree }) => tree !== undefined).map(({ text }) => text);
  };
  const log = await decoded('frames.jsonl');
  expect(log.length).toBeGreaterThan(10);
  expect(await decoded('frames-real.pcap')).toEqual(log);
  expect(files['frames-real.pcap']!.rows).toBe(log.length);
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

test('init writes a file that is right and can be run, and overwrites nothing', async () => {
  const path = bench.at('homes 1.yaml');
  const { code, out } = await commandLine(['fleet', 'init', path, '--installations', '3']);
  expect([code, unbroken(out)]).toEqual([0, expect.stringContaining("fleet check '")]);
  const checked = await commandLine(['fleet', 'check', path]);
  expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('homes: 3 installations, 1 to 3')]);
  // What stands in comments is right as well.
  const all = readFileSync(path, 'utf8').replaceAll(/^( *)# (?=(?:seed|headEnd|preparation|attempts|outages|faults|events): )/gm, '$1'); // prettier-ignore
  expect(all.match(/^ *#/gm)!.length).toBeLessThan(readFileSync(path, 'utf8').match(/^ *#/gm)!.length - 6);
  expect(await commandLine(['fleet', 'check', file('all.yaml', all)])).toMatchObject({ code: 0 });
  expect((await commandLine(['fleet', 'init', path])).code).toBe(1);
  await commandLine(['rig', 'init', bench.at('mine.yaml'), '--tcp', '127.0.0.1:4059']);
  writeFileSync(bench.at('mine.yaml'), bench.read('mine.yaml').replace('number: 1', 'number: 7000'));
  const withRig = bench.at('both.yaml');
  await commandLine(['fleet', 'init', withRig, '--rig', 'mine.yaml']);
  const both = await commandLine(['fleet', 'check', withRig]);
  expect([both.code, both.out]).toEqual([0, expect.stringContaining('mine: attached, installation 7000')]);
});

test('check names the numbers of each group; schema prints the schema', async () => {
  const { code, out } = await commandLine(['fleet', 'check', bench.at('sick.yaml')]);
  expect([code, out]).toEqual([0, expect.stringContaining('sick: 8 installations, 1 to 8')]);
  const schema = await commandLine(['fleet', 'schema']);
  expect(JSON.parse(schema.out)).toMatchObject({ title: 'A fleet of smets1-bench' });
});
