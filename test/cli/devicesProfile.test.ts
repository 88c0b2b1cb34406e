// `devices profile`: what a watch, a rig or a fleet saw becomes a WAN that fleets and scenarios take.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from './harness.ts';
import { rigHarness } from './rigHarness.ts';

const bench = rigHarness();
beforeAll(bench.start);
afterAll(bench.stop);

interface Figures {
  readonly counts: Readonly<Record<string, number>>;
  readonly upDaysMean: { readonly value: number; readonly from: number; readonly to: number };
  readonly downDaysMean: { readonly value: number; readonly from: number; readonly to: number };
  readonly ours: number;
  readonly latency?: { readonly millisecondsMedian: { readonly value: number } };
}

async function figures(directory: string): Promise<Figures> {
  const { code, out, err } = await commandLine(['devices', 'profile', directory, '--format', 'json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Figures;
}

const TRUTH = { up: 8, down: 3 };
const FLEET = `
name: known
days: 120
links: { wan: { known: { contact: { mode: daily }, classes: { one: { upDaysMean: ${TRUTH.up}, down: [{ share: 1, duration: { kind: exponential, daysMean: ${TRUTH.down} } }] } } } } }
groups: { homes: { installations: 12, preparation: false, attempts: { max: 0 }, wan: known } }
`;

test('a fleet of known links gives its parameters back, and the profile makes a fleet and a scenario', async () => {
  writeFileSync(bench.at('known.yaml'), FLEET);
  expect((await commandLine(['fleet', bench.at('known.yaml'), '--out', bench.at('known')])).code).toBe(0);
  const { upDaysMean: up, downDaysMean: down, counts } = await figures(bench.at('known'));
  expect(counts).toMatchObject({ links: 12, deadLinks: 0 });
  expect(counts['outages']).toBeGreaterThan(60);
  expect(up.from <= TRUTH.up && TRUTH.up <= up.to, JSON.stringify(up)).toBe(true);
  expect(down.from <= TRUTH.down && TRUTH.down <= down.to, JSON.stringify(down)).toBe(true);

  const args = ['devices', 'profile', bench.at('known'), '--name', 'sick', '--installations', '3'];
  expect((await commandLine([...args, '--out', bench.at('sick.yaml')])).code).toBe(0);
  const again = await commandLine([...args, '--out', bench.at('sick.yaml')]);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('which is not overwritten')]);
  const fleet = await commandLine(['fleet', bench.at('sick.yaml'), '--format', 'json']);
  expect(fleet.code).toBe(0);
  const { groups } = JSON.parse(fleet.out) as { groups: { homes: { contactsSilent: number } } };
  expect(groups.homes.contactsSilent).toBeGreaterThan(0);

  const base = `${process.cwd()}/scenarios/various1.yaml`;
  const world = [
    'devices',
    'profile',
    bench.at('known'),
    '--name',
    'sick',
    '--extends',
    base,
    '--out',
    bench.at('world.yaml'),
  ];
  expect((await commandLine(world)).code).toBe(0);
  const checked = await commandLine([
    'scenario',
    'print',
    bench.at('world.yaml'),
    '--set',
    'populations.ioc-dormant.wan=sick',
  ]);
  expect([checked.code, checked.err]).toEqual([0, '']);
  expect(checked.out).toContain('sick');
});

/** A journal with a try on each of these days. */
function journal(name: string, results: readonly string[]): string {
  mkdirSync(bench.at(name));
  const lines = results.map((result, day) => {
    const at = new Date(Date.UTC(2022, 0, 10 + day, 1)).toISOString().replace('.000', '');
    return JSON.stringify({ is: 'try', t: at, slot: at, number: 1, at, result });
  });
  writeFileSync(bench.at(`${name}/watch.jsonl`), `${lines.join('\n')}\n`);
  return bench.at(name);
}

test('a journal of a watch: what our side missed is neither a look nor an outage', async () => {
  const seen = ['answered', 'silent', 'answered', 'answered', 'silent', 'silent', 'answered', 'answered'];
  const away = ['answered', 'silent', 'missed', 'ours', 'missed', 'answered', 'missed', 'silent', 'silent', 'answered', 'answered']; // prettier-ignore
  expect((await figures(journal('seen', seen))).counts).toMatchObject({ looks: 8, silentLooks: 3, outages: 2 });
  const { counts, ours } = await figures(journal('away', away));
  expect([counts['looks'], counts['silentLooks'], counts['outages'], ours]).toEqual([7, 3, 2, 4]);
});

test('too little to fit is refused with its counts; so is a directory of something else', async () => {
  const few = await commandLine(['devices', 'profile', journal('few', ['answered', 'silent', 'answered'])]);
  expect([few.code, few.err]).toEqual([1, expect.stringContaining('1 outages were seen to begin')]);
  const dead = await commandLine(['devices', 'profile', journal('dead', ['silent', 'silent', 'missed'])]);
  expect([dead.code, dead.err]).toEqual([1, expect.stringContaining('dead: true')]);
  mkdirSync(bench.at('empty'));
  const none = await commandLine(['devices', 'profile', bench.at('empty'), '--out', bench.at('none.yaml')]);
  expect([none.code, none.err]).toEqual([1, expect.stringContaining('expected one of rig --watch')]);
  expect(existsSync(bench.at('none.yaml'))).toBe(false);
});

test('a file of tries that is none is refused with what was found in it', async () => {
  const folder = bench.at('wrong');
  mkdirSync(folder);
  const refused = async (text: string) => {
    writeFileSync(bench.at('wrong/tries.csv'), text);
    const { code, err } = await commandLine(['devices', 'profile', folder]);
    return [code, err];
  };
  expect(await refused('hello')).toEqual([1, expect.stringContaining('tries.csv:1: found another header')]);
  const time = await refused('installation_id,at,result\n1,yesterday,silent\n');
  expect(time).toEqual([1, expect.stringContaining('tries.csv: found the time yesterday')]);
});

test('the comments say what is fitted, what is given, and what is not fitted', async () => {
  const { out } = await commandLine(['devices', 'profile', bench.at('seen')]);
  for (const words of ['# fitted:', '# given', '# Not fitted:', 'the ranges are wide', '2 outages seen to begin'])
    expect(out).toContain(words);
});

test('lengths that are told from exponential are written as Weibull, with the share of time down kept', async () => {
  const duration = '{ kind: weibull, daysScale: 3, shape: 0.6 }';
  const text = FLEET.replace('name: known', 'name: heavy').replace(/\{ kind: exponential[^}]*\}/, duration);
  writeFileSync(bench.at('heavy.yaml'), text);
  expect((await commandLine(['fleet', bench.at('heavy.yaml'), '--out', bench.at('heavy')])).code).toBe(0);
  const heavy = (await figures(bench.at('heavy'))) as Figures & Told;
  expect(heavy.lengths).toMatchObject({ lengths: 'weibull' });
  expect(heavy.lengths.shape.from <= 0.6 && 0.6 <= heavy.lengths.shape.to, JSON.stringify(heavy.lengths)).toBe(true);
  const written = await commandLine([
    'devices',
    'profile',
    bench.at('heavy'),
    '--name',
    'heavy',
    '--installations',
    '3',
  ]);
  expect(written.out).toMatch(/kind: weibull, daysScale: [\d.]+, shape: 0\.\d+ \} \} # fitted: shape 0\.\d+ to [\d.]+/);
  const up = Number(/upDaysMean: ([\d.]+) # follows/.exec(written.out)?.[1]);
  const { daysMean } = heavy.lengths;
  expect(daysMean / (up + daysMean)).toBeCloseTo(heavy.shareDown.value, 2);
  writeFileSync(bench.at('again.yaml'), written.out);
  expect((await commandLine(['fleet', 'check', bench.at('again.yaml')])).code).toBe(0);
  // Exponential ones stay so, and the range of the shape is said.
  const plain = await commandLine(['devices', 'profile', bench.at('known')]);
  expect(plain.out).toMatch(/taken for exponential: \d+ outages allow a Weibull shape of [\d.]+ to [\d.]+/);
});

interface Told {
  readonly lengths: { readonly lengths: string; readonly daysMean: number; readonly shape: Figures['upDaysMean'] };
  readonly shareDown: Figures['upDaysMean'];
}
