// `check scenario` and `check engine --expect` as they are typed: fleets, files of verdicts, the troubles that are needed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine, unbroken } from './harness.ts';
import { sampleCommand } from './sampleCommand.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'check-scenario-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = (name: string) => sampleCommand(`engines/${name}`);
const FIVE = join(ROOT, 'scenarios/clause-18-9-five-retries.yaml');
/** Windows that fail attempts on the system side, which the wrong engine counts. */
const MAINTENANCE = [
  ...['--set', 'plannedMaintenance={ daily: { weekday: monday, hour: 8, hours: 10, acts: system } }'],
  ...['--set', 'process.IOC.daysBetweenAttempts=8'],
];
let folders = 0;
const fresh = (): string => join(folder, String((folders += 1)));
const check = async (...args: readonly string[]) => {
  const answer = await commandLine(['check', ...args]);
  return { ...answer, out: unbroken(answer.out) };
};
const scenario = (path: string, ...more: readonly string[]) => check('scenario', path, '--cases', fresh(), ...more);

describe('a simulated fleet', () => {
  test("passes on the bench's own engine, which is held to the reference", async () => {
    const { code, out } = await scenario('various1', '--installations', '300');
    expect(out).toMatch(/^fleet +300 of [\d,]+ simulated installations, as of 2022-12-31T23:59:59Z$/m);
    expect(out).toMatch(/^PASSED: the bench's engine, held to the reference: 300 histories \(seed various1\)$/m);
    expect(code).toBe(0);
  });

  test('a wrong engine is caught, and the difference is told with the troubles that it needs', async () => {
    const out = fresh();
    const junit = join(folder, 'scenario.xml');
    const answer = await scenario(
      FIVE,
      ...['--command', sample('wrongEngine.ts'), '--installations', '400', '--out', out, '--junit', junit],
      ...MAINTENANCE,
    );
    expect(answer.out.replaceAll('\n', ' ')).toMatch(/with `systemAttempts=counted` on none/);
    expect(answer.out).toMatch(/--set amendments\.systemAttempts=counted/);
    expect(answer.out).toMatch(/rows?, none of which can be dropped/);
    expect(answer.code).toBe(4);
    const json = JSON.parse(readFileSync(join(out, 'check.json'), 'utf8')) as {
      counterexamples: { needs: string[]; spares: string[]; explain: string }[];
    };
    for (const { needs } of json.counterexamples) expect(needs).toContain('plannedMaintenance.daily');
    expect(readFileSync(junit, 'utf8')).toMatch(/<testsuites name="check scenario" tests="\d+" failures="[1-9]/);
    expect(readdirSync(join(out, 'cases'))).toHaveLength(json.counterexamples.length);
    expect((await check('replay', join(out, 'cases'))).code).toBe(0);
    // The story that the report points to is that of the installation.
    const line = json.counterexamples[0]?.explain ?? '';
    expect(line).toMatch(/^smets1-bench explain .* --installation \d+ --seed \S+ --set /);
  });

  test('the same seed gives the same report', async () => {
    const run = () =>
      scenario(FIVE, '--command', sample('wrongEngine.ts'), '--installations', '120', '--format', 'json');
    const [one, other] = [await run(), await run()];
    expect(other.out).toBe(one.out);
  });
});

describe("somebody's own histories", () => {
  const run = fresh();
  const right = `${run}.csv`;
  const wrong = `${run}-wrong.csv`;
  const counting = `${run}-counting.csv`;
  const decide = (out: string, ...more: readonly string[]) =>
    commandLine([
      'decide',
      ...['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, join(run, `${name}.parquet`)]),
      ...['--as-of', '2022-12-31', '--out', out, ...more],
    ]);
  beforeAll(async () => {
    expect((await commandLine(['run', FIVE, '--out', run, '--seed', 'own', ...MAINTENANCE])).code).toBe(0);
    expect((await decide(right)).code).toBe(0);
    expect((await decide(wrong, '--set-rule', 'separateWeeks=sevenDays')).code).toBe(0);
    expect((await decide(counting, '--set-rule', 'systemAttempts=counted')).code).toBe(0);
  });
  const engine = (...more: readonly string[]) =>
    check('engine', '--histories', run, '--as-of', '2022-12-31', '--cases', fresh(), ...more);

  test('right verdicts pass, in every format and with fewer columns', async () => {
    expect((await engine('--expect', right)).code).toBe(0);
    const parquet = `${run}.parquet`;
    await decide(parquet);
    expect((await engine('--expect', parquet)).code).toBe(0);
    const two = `${run}-two.csv`;
    const rows = readFileSync(right, 'utf8').split('\n');
    writeFileSync(two, rows.map((row) => row.split(',').slice(0, 2).join(',')).join('\n'));
    const { code, out } = await engine('--expect', two);
    expect(out).toMatch(/never given, hence not compared: excludes, met_at/);
    expect(code).toBe(0);
  });

  test('verdicts of another reading are told so, beside the recorded history with the fewest rows', async () => {
    const junit = `${fresh()}.xml`;
    const { code, out } = await engine('--expect', wrong, '--junit', junit);
    expect(readFileSync(junit, 'utf8')).toContain('<testsuites name="check engine"');
    expect(out.replaceAll('\n', ' ')).toMatch(/with `separateWeeks=sevenDays` on none/);
    expect(out).toMatch(/as it is recorded: the fewest rows of those that differ so/);
    expect(out).toMatch(/It is installation \d+ of /);
    expect(out).toContain('five-retries  holds');
    expect(code).toBe(4);
  });

  test('an engine that gives the same wrong verdicts makes the difference small', async () => {
    const { code, out } = await engine('--expect', counting, '--command', sample('wrongEngine.ts'));
    expect(out).toMatch(/rows?, none of which can be dropped/);
    expect(out).toMatch(/Made from installation \d+ of /);
    expect(code).toBe(4);
    const other = await engine('--expect', counting, '--command', sample('rightEngine.ts'));
    expect(other.out).toMatch(/as it is recorded/);
    expect(other.code).toBe(4);
    const own = await engine('--command', sample('rightEngine.ts'));
    expect(own.out).toMatch(/^PASSED: right engine in TypeScript: [\d,]+ histories$/m);
    expect(own.code).toBe(0);
  });

  test('a missing, a doubled and a foreign verdict are each found', async () => {
    const [head = '', first = '', ...others] = readFileSync(right, 'utf8').trimEnd().split('\n');
    const write = (...rows: readonly string[]): string => {
      const path = `${fresh()}.csv`;
      writeFileSync(path, `${rows.join('\n')}\n`);
      return path;
    };
    const missing = await engine('--expect', write(head, ...others));
    expect(missing.out).toMatch(/is missed: 1$/m);
    expect(missing.code).toBe(4);
    const doubled = await engine('--expect', write(head, first, first, ...others));
    expect(doubled.err).toMatch(/:3: installation_id\+category: found a second row of .*, expected each category/);
    expect(doubled.code).toBe(2);
    const foreign = await engine('--expect', write(head, first, ...others, first.replace(/^\d+/, '999999')));
    expect(foreign.out).toMatch(/the file has verdicts of 1 installations without a history: 999999/);
    expect(foreign.code).toBe(4);
    const bad = await engine('--expect', write(head, first.replace(/2022-[\d-]+T/, '2022-99-99T'), ...others));
    expect(bad.err).toMatch(/met_at: found .*2022-99-99T.*, expected YYYY-MM-DD/);
    expect(bad.code).toBe(2);
  });

  test('the run of a scenario is known again, so that the troubles are named', async () => {
    const command = ['--command', sample('wrongEngine.ts'), '--cases', fresh()];
    const known = await check('scenario', FIVE, ...MAINTENANCE, '--histories', run, ...command);
    expect(known.out).toMatch(/troubles it needs .*plannedMaintenance\.daily/);
    expect(known.out).toMatch(/Its story: smets1-bench explain .* --seed own/);
    const other = await check('scenario', FIVE, '--histories', run, ...command);
    expect(other.out).not.toMatch(/troubles/);
    expect(other.code).toBe(4);
  });
});

describe('usage', () => {
  test.each([
    [['scenario'], /Which histories\?/],
    [['scenario', 'nothing-like-it'], /nothing-like-it/],
    [['scenario', 'various1', '--as-of', '2030-01-01'], /expected a day from/],
    [['scenario', 'various1', '--rules', 'in-force'], /A scenario says its own rules/],
    [['scenario', 'various1', '--expect', 'x.csv'], /name their folder by --histories/],
    [['engine', '--expect', 'x.csv'], /name their folder by --histories/],
    [['engine', '--histories', '/no/folder', '--expect', 'x.csv'], /found no such folder/],
    [['engine', '--histories', ROOT, '--expect', 'x.csv'], /found no installations, expected installations\.csv/],
    [['engine', '--histories', ROOT], /Which engine\?/],
  ])('%j is refused with what was expected', async (args, why) => {
    const { code, err } = await check(...args);
    expect(err).toMatch(why);
    expect(code).toBe(1);
  });
});
