// `check` as it is typed: engines behind --command, cases, replays, accept files, JUnit, exit codes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { sampleSize } from '../sampleSize.ts';
import { commandLine, unbroken } from './harness.ts';
import { sampleCommand } from './sampleCommand.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENGINES = join(ROOT, 'test/examples/engines');
const folder = mkdtempSync(join(tmpdir(), 'check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = (name: string) => sampleCommand(`engines/${name}`);
/** In CI in every format; elsewhere in one, for each starts the bench some dozen times. */
const FORMATS = ['csv', 'ndjson', 'parquet'].slice(0, sampleSize('BATCH_FORMATS', { whole: 3, part: 1 }));
const misbehaving = (how: string) =>
  `"${process.execPath}" "${join(ROOT, 'test/devices/peers/misbehavingEngine.mjs')}" "${how}"`;
const HAS_PYTHON = spawnSync('python3', ['--version']).status === 0;
const python = HAS_PYTHON || process.env['CI'] === 'true' ? test : test.skip;
if (!HAS_PYTHON) console.log('python3 is not on this machine: the Python samples are not tried');

let folders = 0;
const fresh = (): string => join(folder, String((folders += 1)));

async function check(...args: readonly string[]) {
  const answer = await commandLine(['check', ...args]);
  return { ...answer, out: unbroken(answer.out) };
}

function engine(command: string, ...more: readonly string[]) {
  return check('engine', '--command', command, '--seed', 'cli', '--runs', '700', '--cases', fresh(), ...more);
}

describe('a right engine', () => {
  test('passes, and the last line says how much was asked', async () => {
    const { code, out } = await engine(sample('rightEngine.ts'));
    expect(out).toMatch(/^PASSED: right engine in TypeScript: 700 questions, 0 cases, \d+ laws \(seed cli\)$/m);
    expect(code).toBe(0);
  });

  python('passes in Python, written from the text of the rules alone', async () => {
    const { code, out, err } = await engine(`python3 "${join(ENGINES, 'right_engine.py')}"`);
    expect(out + err).toMatch(/PASSED: right engine in Python/);
    expect(code).toBe(0);
  });
});

describe('a wrong engine', () => {
  test('an engine that follows another reading is told so, if that reading explains every difference', async () => {
    const out = fresh();
    const junit = join(folder, 'junit.xml');
    const answer = await engine(sample('wrongEngine.ts'), '--out', out, '--junit', junit);
    expect(answer.code).toBe(4);
    expect(answer.out.replaceAll('\n', ' ')).toMatch(
      /differs on \d+ of 700 questions; with `systemAttempts=counted` on none/,
    );
    expect(answer.out).toMatch(/Counterexample 1 of \d+/);
    expect(answer.out.trimEnd().split('\n').at(-1)).toMatch(/^FAILED: engine in TypeScript that counts system/);
    const cases = readdirSync(join(out, 'cases'));
    expect(cases.length).toBeGreaterThan(0);
    expect(readFileSync(junit, 'utf8')).toMatch(/<testsuites name="check engine" tests="\d+" failures="[1-9]/);
    expect(readFileSync(join(out, 'coverage.csv'), 'utf8')).toMatch(/^cell,questions\n/);
    const json = JSON.parse(readFileSync(join(out, 'check.json'), 'utf8')) as { passed: boolean; readings: unknown };
    expect(json).toMatchObject({
      passed: false,
      readings: { best: { systemAttempts: 'counted' }, failingUnderBest: 0 },
    });

    const replay = (...more: readonly string[]) => check('replay', join(out, 'cases'), ...more);
    expect(await replay()).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^PASSED: \d+ cases? asked/) as string,
    });
    expect((await replay('--command', sample('wrongEngine.ts'))).code).toBe(4);
    expect((await replay('--command', sample('rightEngine.ts'))).code).toBe(0);
  });

  test('an engine passes under the reading that it follows', async () => {
    const { code } = await engine(sample('wrongEngine.ts'), '--set-rule', 'systemAttempts=counted');
    expect(code).toBe(0);
  });

  test('an engine passes in the clauses that it has right', async () => {
    const { code, out } = await engine(sample('wrongEngine.ts'), '--clauses', '18.4,uneconomic-to-test');
    expect(out).toContain('compared in master-key, uneconomic-to-test alone');
    expect(code).toBe(0);
  });

  test('an accept file lets a wrong engine pass until the date in the file', async () => {
    const accept = join(folder, 'accept.yaml');
    const row = (expires: string) =>
      `- when: { reading: systemAttempts=counted }\n  reason: contested\n  expires: ${expires}\n- when: { category: gt01 }\n  reason: other\n  expires: 2037-12-31\n`;
    writeFileSync(accept, row('2037-12-31'));
    const accepted = await engine(sample('wrongEngine.ts'), '--accept', accept);
    expect(accepted.out).toMatch(/700 asked, 0 answered wrongly, \d+ accepted/);
    expect(accepted.out).toContain('the row "gt01" accepts nothing');
    expect(accepted.code).toBe(0);
    writeFileSync(accept, row('2020-01-01'));
    const expired = await engine(sample('wrongEngine.ts'), '--accept', accept);
    expect(expired.out).toContain('the accepted row "reading systemAttempts=counted (2020-01-01)" has expired');
    expect(expired.code).toBe(4);
  });

  test('cases are asked first, and again on the next run', async () => {
    const cases = fresh();
    const run = () =>
      check('engine', '--command', sample('wrongEngine.ts'), '--seed', 'again', '--runs', '800', '--cases', cases);
    const first = await run();
    const names = readdirSync(cases);
    const second = await run();
    expect(first.code).toBe(4);
    expect(second.out).toMatch(new RegExp(`cases +${names.length} replayed, ${names.length} fail`));
    expect(readdirSync(cases)).toEqual(names);
  });

  test('the same seed gives the same findings', async () => {
    const [one, other] = [await engine(sample('wrongEngine.ts')), await engine(sample('wrongEngine.ts'))];
    const plain = (text: string) => text.replace(/^again:.*$/m, '').replace(/Case: .*\//g, '');
    expect(plain(other.out)).toBe(plain(one.out));
  });
});

describe('an engine that misbehaves', () => {
  test.each([
    ['crashes', 'crash', /process ended with code 3 before it had answered/],
    ['babbles', 'garbage', /a line that is no answer/],
    ['refuses', 'refuses rows', /refuses rows that go together/],
  ])('and %s is a counterexample of its own', async (how, shape, sentence) => {
    // The victim is an installation of a case, whose identifier every case has.
    const cases = fresh();
    const command = `${misbehaving(how)} 1`;
    const first = await check('engine', '--command', command, '--seed', 'x', '--runs', '3', '--cases', cases, '--clauses', '18.6'); // prettier-ignore
    expect([0, 4]).toContain(first.code);
    const file = join(folder, `${how}.yaml`);
    writeFileSync(file, '- {name: plain, clause: gt01, history: [], verdict: none}\n');
    const { code, out } = await check('replay', file, '--command', command);
    expect(`${shape} ${out}`).toMatch(
      sentence.source === 'refuses rows that go together' ? /the engine refuses it/ : sentence,
    );
    expect(code).toBe(4);
  });

  test('an engine that does not greet in the protocol fails', async () => {
    const { code, out } = await engine(misbehaving('greets wrongly'));
    expect(out).toMatch(/FAILED: The engine's first line is no greeting/);
    expect(code).toBe(4);
  });

  test('an engine that cannot be started is an error of usage', async () => {
    const { code, err } = await engine('/no/such/program');
    expect(err).toMatch(/--command: The command ended with code 127 before its greeting/);
    expect(code).toBe(1);
  });
});

describe('usage', () => {
  test.each([
    [['engine'], /Which engine\?/],
    [['engine', '--command', 'x', '--clauses', '18.3'], /found 18.3,\s+expected 18.4/],
    [['engine', '--command', 'x', '--budget', 'soon'], /such as 60s or 10m/],
    [['engine', '--command', 'x', '--rules', 'nothing'], /no rule set of this name/],
    [['engine', '--command', 'x', '--accept', '/no/file'], /--accept/],
    [['replay', '/no/case'], /found no such file or folder, expected cases/],
    [['schema', 'nothing'], /expected/],
  ])('%j is refused with what was expected', async (args, why) => {
    const { code, err } = await check(...args);
    expect(err).toMatch(why);
    expect(code).toBe(1);
  });

  test('the shipped case tables replay on the reference', async () => {
    const { code, out } = await check('replay', 'shipped');
    expect(out).toContain('skipped: the case is about notes, which the protocol does not have');
    expect(out).toMatch(/^PASSED: \d+ cases asked, \d+ skipped$/m);
    expect(code).toBe(0);
  });

  test('shipped case tables are replayed by name, for an engine of some clauses too', async () => {
    const command = ['--command', sample('rightEngine.ts')];
    const { code, out } = await check('replay', 'gt01', 'five-retries', '--clauses', '18.6', '--own-rules', ...command);
    expect(out).toContain('skipped: the case is about categories that are not compared');
    expect(out).toMatch(/^PASSED: \d+ cases asked/m);
    expect(code).toBe(0);
    const none = await check('replay', 'gt02');
    expect(none.err).toMatch(/gt02: found no such file or folder, expected cases, or a shipped table: shipped, ends/);
  });

  test.each(['engine', 'case'])('check schema %s prints a JSON Schema', async (what) => {
    const { code, out } = await check('schema', what);
    expect(JSON.parse(out)).toHaveProperty('$schema');
    expect(code).toBe(0);
    expect(existsSync(join(ROOT, 'cases'))).toBe(false);
  });
});

describe('an engine behind --batch', () => {
  const batch = (script: string, ...more: readonly string[]) =>
    check(
      'engine',
      '--batch',
      script,
      '--seed',
      'files',
      '--runs',
      '3000',
      '--cases',
      fresh(),
      '--laws',
      'none',
      ...more,
    );

  python.each(['{as-of}', '{as-ofs}'])('passes in Python where it is right, with %s', async (asOf) => {
    const script = `python3 "${join(ENGINES, 'right_batch.py')}" {dir} {out} ${asOf} {rules}`;
    const { code, out, err } = await batch(script);
    expect(out + err).toMatch(/^PASSED: .*3,000 questions/m);
    expect(code).toBe(0);
  });

  test.each(FORMATS)('the engine of the bench passes on files in %s', async (format) => {
    const inputs = ['installations', 'attempts', 'events'].map((name) => `--${name} {dir}/${name}.${format}`);
    const bin = `"${process.execPath}" "${inject('command')}"`;
    const script = `${bin} decide ${inputs.join(' ')} --as-of {as-of} --out {out}`;
    const { code, out, err } = await batch(script, '--batch-format', format, '--runs', '600');
    expect(out + err).toMatch(/^PASSED: .*600 questions/m);
    expect(code).toBe(0);
  });

  test('a batch engine that breaks down breaks one law, and the others are skipped', async () => {
    const { code, out } = await batch('exit 3 # {dir} {out}', '--laws', 'all', '--laws-only', '--runs', '300');
    expect(out).toMatch(/laws +\d+ tried, 1 broken/);
    expect(out).toContain('skipped: the engine broke down: The command ended with code 3.');
    expect(code).toBe(4);
  });

  test('a batch engine that finds nothing is caught and shrunk, in the columns that it gives', async () => {
    const { code, out } = await batch(`echo installation_id,category > {out} # {dir}`, '--clauses', '18.8');
    expect(out).toMatch(/no-wan-attempting is missed.*3 rows, none of which can be dropped/);
    expect(code).toBe(4);
  });

  test.each([
    ['true {dir} {out}', 4, /wrote no .*verdicts\.csv/],
    ['echo category > {out} # {dir}', 4, /no column installation_id/],
    ['exit 3 # {dir} {out}', 4, /ended with code 3/],
    [
      "printf 'installation_id,category\\n1,gt01\\n1,gt01\\n' > {out} # {dir}",
      4,
      /a second row of gt01 for the installation 1/,
    ],
    ["printf 'installation_id,category\\n0,gt01\\n' > {out} # {dir}", 4, /the installation "0" was not asked about/],
    ['/no/such/job {dir} {out}', 1, /could not be started/],
    ['job {dir}', 1, /found no \{out\}/],
  ])('%s ends with exit code %i', async (script, expected, why) => {
    const { code, out, err } = await batch(script, '--runs', '300');
    expect(out + err).toMatch(why);
    expect(code).toBe(expected);
  });
});
