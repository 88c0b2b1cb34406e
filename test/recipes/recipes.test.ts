// Every recipe of src/docs/recipes.md is a patch. This test applies each one to a copy of the tree and uses the result: a
// recipe that is out of date fails here. All patches together are then held to the compiler and to the arrows; that takes
// long, so that only CI does it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWhole } from '../sampleSize.ts';

const ROOT = process.cwd();
const PATCHES = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.patch'));
const isCi = process.env['CI'] === 'true';

describe.runIf(isWhole('RECIPES', 'the recipes, each applied to a copy of the tree'))('recipes', () => {
  let copy: string;
  const inCopy = (command: string, ...args: readonly string[]) =>
    spawnSync(command, args, { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  const bench = (...args: readonly string[]) => inCopy(process.execPath, 'src/cli/smets1-bench.mjs', ...args);

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'recipes-'));
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const path of tracked) cpSync(join(ROOT, path), join(copy, path));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('the document names every patch, and every patch that it names is there', () => {
    const named = [...readFileSync('src/docs/recipes.md', 'utf8').matchAll(/test\/recipes\/([a-z-]+\.patch)/g)];
    expect(new Set(named.map(([, name]) => name))).toEqual(new Set(PATCHES));
  });

  test.each(PATCHES)('%s applies to the tree as it is', (name) => {
    const applied = inCopy('git', 'apply', '--verbose', join(ROOT, 'test/recipes', name));
    expect(applied.stderr).not.toContain('error:');
    expect(applied.status).toBe(0);
  });

  test('the added clause stands among the rules, and a scenario and a saved rule file are still right', () => {
    expect(bench('rules', 'print', 'various-1-proposed-2021-11-03').stdout).toContain(
      'Ten Failures (synthetic example)',
    );
    expect(bench('scenario', 'check', 'scenarios/quiet.yaml').status).toBe(0);
    expect(bench('rules', 'check', 'scenarios/rulesets/r1.yaml')).toMatchObject({ status: 0 });
  });

  test('the added clause is decided as its case says, and the added carrier keeps the laws of carriers', () => {
    const run = inCopy(
      process.execPath,
      'node_modules/vitest/vitest.mjs',
      'run',
      'test/src/exclusion/cases.test.ts',
      'test/devices/transport/reversed.test.ts',
      '--reporter=verbose',
      '--testNamePattern=ten failures|swapped polarity',
    );
    expect(run.stdout).toMatch(/Test Files +2 passed/);
    expect(run.stdout).toContain('ten failures of an FOC installation');
    expect(run.stdout).toContain('bytes arrive intact and in order');
  });

  test('the added reading can be set, and is printed', () => {
    const run = bench('rules', 'print', 'various-1-proposed-2021-11-03', '--set-rule', 'table510=counted');
    expect(run.stdout).toContain('they count like any failure');
  });

  test('the added command answers', () => {
    expect(bench('weeks', '2022-01-10').stdout).toBe('2022-01-10T23:59:59Z counts in 2022-W02\n');
  });

  test.skipIf(!isCi)(
    'the tree with all recipes compiles and keeps its arrows (CI only: it takes half a minute)',
    () => {
      const types = inCopy(process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit');
      expect(types.stdout).toBe('');
      expect(inCopy(process.execPath, '.ci/arrows.mjs').status).toBe(0);
    },
  );
});
