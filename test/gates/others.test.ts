// That the gates of unused code, types and format can turn red, that the README's commands are held to what it shows,
// and that CI's closing line counts what failed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { workspace, type Workspace } from './workspace.ts';
import { isWhole } from '../sampleSize.ts';

const hasGates = isWhole('GATES', 'that every gate can turn red');

let place: Workspace;
beforeEach(() => {
  place = workspace();
});
afterEach(() => place.remove());

describe.runIf(hasGates)('the gate of unused code', () => {
  test('names the unused file, the unused export and the package that is not listed', () => {
    place.plant({
      'src/index.ts': "export { used } from './used.ts';\n",
      'src/used.ts': "import 'not-listed';\nexport const used = 1;\nexport const unusedExport = 2;\n",
      'src/unusedFile.ts': 'export {};\n',
    });
    const run = place.tool('knip', '--no-config-hints');
    expect(run.output).toContain('src/unusedFile.ts');
    expect(run.output).toContain('unusedExport');
    expect(run.output).toContain('not-listed');
    expect(run.output).toMatch(/seedrandom +package.json/);
    expect(run.status).toBe(1);
  });

  test('names the published file that only a test uses', () => {
    place.plant({
      'src/index.ts': 'export const used = 1;\n',
      'src/onlyTested.ts': 'export const tested = 1;\n',
      'test/a.test.ts': "import { tested } from '../src/onlyTested.ts';\nexport const t = tested;\n",
    });
    const run = place.tool('knip', '--production', '--include', 'files', '--no-config-hints');
    expect(run.output).toContain('src/onlyTested.ts');
    expect(run.status).toBe(1);
  });
});

test.runIf(hasGates)('the gate of types refuses a wrong type and syntax that cannot be erased', () => {
  place.plant({ 'src/a.ts': "export const a: number = 'one';\nexport enum E {\n  A,\n}\n" });
  const run = place.tool('tsc', '--noEmit');
  expect(run.output).toContain('src/a.ts(1,14): error TS2322');
  expect(run.output).toContain('erasableSyntaxOnly');
  expect(run.status).not.toBe(0);
});

test.runIf(hasGates)('the gate of format refuses a file that prettier would write otherwise', () => {
  place.plant({ 'src/a.ts': 'export const a = "one"\n' });
  const run = place.tool('prettier', '--check', 'src');
  expect(run.output).toContain('src/a.ts');
  expect(run.status).toBe(1);
});

describe.runIf(hasGates)("the README's commands", () => {
  const readme = (...lines: string[]) => {
    place.plant({ 'README.md': `${lines.join('\n')}\n` });
    return place.node('.ci/readme.mjs', '--already', 'npm ci');
  };

  test('pass when they print what is shown, with `...` for lines and `…` for text', () => {
    const run = readme(
      '```console',
      '$ npm ci && printf "one\\ntwo\\nthree\\n"',
      'one',
      '...',
      't…e',
      '$ true',
      '```',
      '```sh',
      'echo one \\',
      '  two',
      '```',
      '<!-- not run -->',
      '```console',
      '$ false',
      '```',
    );
    expect(run.output).toContain('readme: 3 commands ran, 0 failed, 1 blocks marked not run');
    expect(run.status).toBe(0);
  });

  test.each([
    ['another line is printed', ['$ echo one', 'two']],
    ['more is printed than shown', ['$ printf "one\\ntwo\\n"', 'one']],
    ['less is printed than shown', ['$ echo one', 'one', '...', 'two']],
    ['a line is like the shown one read as a pattern', ['$ echo a+b', 'a.b']],
    ['the command fails', ['$ false']],
  ])('fail when %s', (_name, lines) => {
    const run = readme('```console', ...lines, '```');
    expect(run.output).toContain('FAILED: README.md:2');
    expect(run.status).toBe(1);
  });

  test('fail when there is none to run', () => {
    expect(readme('# A README', '<!-- not run -->', '```sh', 'true', '```').status).toBe(1);
  });
});

describe.runIf(hasGates)("CI's closing line", () => {
  const passed = { status: 'passed', fullName: 'a' };
  const failed = { status: 'failed', fullName: 'b' };
  const skipped = { status: 'skipped', fullName: 'c' };
  const count = (report: unknown) => {
    place.plant({ 'report.json': JSON.stringify(report) });
    const run = place.node('.ci/count.mjs', 'report.json');
    return { status: run.status, last: run.output.trimEnd().split('\n').at(-1) };
  };
  const report = (tests: readonly (typeof passed)[], over: object = {}) => ({
    success: tests.every(({ status }) => status !== 'failed'),
    numPassedTests: tests.filter(({ status }) => status === 'passed').length,
    numFailedTests: tests.filter(({ status }) => status === 'failed').length,
    numPendingTests: tests.filter(({ status }) => status === 'skipped').length,
    numTodoTests: 0,
    testResults: [{ name: 'x.test.ts', status: 'passed', message: '', assertionResults: tests }],
    ...over,
  });

  test('counts passed tests', () => {
    expect(count(report([passed, passed]))).toEqual({ status: 0, last: '2 passed, 0 failed' });
  });
  test('counts skipped tests', () => {
    expect(count(report([passed, skipped]))).toEqual({ status: 0, last: '1 passed, 0 failed, 1 skipped' });
  });
  test('counts failed tests and exits with 1', () => {
    expect(count(report([passed, failed]))).toEqual({ status: 1, last: '1 passed, 1 failed' });
  });
  test('counts a file that broke outside its tests', () => {
    const broken = { name: 'y.test.ts', status: 'failed', message: 'does not compile', assertionResults: [] };
    const whole = report([passed], { success: false, testResults: [broken] });
    expect(count(whole)).toEqual({ status: 1, last: '1 passed, 1 failed' });
  });
  test('counts an error that nobody caught', () => {
    expect(count(report([passed], { success: false }))).toEqual({ status: 1, last: '1 passed, 1 failed' });
  });
  test('does not take a run without tests for a success', () => {
    expect(count(report([])).status).toBe(1);
  });
  test('does not take a missing report for a success', () => {
    expect(place.node('.ci/count.mjs', 'absent.json')).toEqual({ status: 1, output: '0 passed, 1 failed\n' });
  });
});
