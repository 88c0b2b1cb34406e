import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SWEEP_TABLES } from '../../../src/cli/sweep/sweepTables.ts';
import { commandLine } from '../harness.ts';
import { expectTablesIn } from '../tableDocuments.ts';
import { TINY } from './sweepFolder.ts';

const README = 'scenarios/sweeps/README.md';
const readme = readFileSync(README, 'utf8');

test('the README of sweeps names every table and column', () => expectTablesIn(README, SWEEP_TABLES));

const python = process.env['RECIPES_PYTHON'] ?? 'python3';
const hasPython = spawnSync(python, ['-c', 'import duckdb, pandas, pyarrow']).status === 0;
const recipe = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(readme)?.[1] as string;
if (!hasPython) console.log(`skipped: ${python} has no duckdb, pandas and pyarrow`);

describe.skipIf(!hasPython)('the recipes of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sweep-recipes-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let effects: readonly number[];

  beforeAll(async () => {
    expect((await commandLine(['sweep', TINY, '--out', folder, '--workers', '1'])).code).toBe(0);
    const rows = readFileSync(join(folder, 'effects.csv'), 'utf8').trim().split('\n').map((line) => line.split(',')); // prettier-ignore
    const at = rows[0]?.indexOf('effect') as number;
    effects = rows.filter(([outcome]) => outcome === 'five-retries/all').map((row) => Number(row[at]));
    expect(effects.some((effect) => effect !== 0)).toBe(true);
  });

  const run = (code: string): readonly number[] => {
    writeFileSync(join(folder, 'recipe.py'), code);
    const { status, stdout, stderr } = spawnSync(python, ['recipe.py'], { cwd: folder, encoding: 'utf8' });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as number[];
  };
  const same = (found: readonly number[]): void => {
    expect(found).toHaveLength(effects.length);
    found.forEach((value, i) => expect(value).toBeCloseTo(effects[i] as number, 9));
  };

  test('give the effects of effects.csv in DuckDB', () => {
    same(
      run(`import duckdb, json\nprint(json.dumps([row[1] for row in duckdb.sql("""${recipe('sql')}""").fetchall()]))`),
    );
  });

  test('give the effects of effects.csv in pandas', () => {
    same(run(`${recipe('python')}\nimport json\nprint(json.dumps(list(effect)))`));
  });
});
