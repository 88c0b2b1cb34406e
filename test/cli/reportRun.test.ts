import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshFolder, removeFolders } from './decideHarness.ts';
import { commandLine, unbroken, type Answer } from './harness.ts';

afterAll(removeFolders);

// Each report on a small simulated run, as a person sees it. A golden shows that nothing changed unseen, not that it is
// right: the sums beside it do. `npx vitest -u` rewrites the goldens; the difference is reviewed like code.

const SCENARIO = join(import.meta.dirname, 'reportRun.yaml');
const folder = freshFolder();
const run = join(folder, 'run');
const golden = (name: string): string => join(import.meta.dirname, 'reportGolden', name);

beforeAll(async () => {
  expect((await commandLine(['run', SCENARIO, '--out', run, '--workers', '1'])).code).toBe(0);
});

const report = (name: string, ...args: string[]): Promise<Answer> =>
  commandLine(['report', name, '--run', run, ...args]);

/** Volumes of the run at its horizon: category to count, over all cohorts. */
function volumes(measure: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of readFileSync(join(run, 'volumes.csv'), 'utf8').split('\n')) {
    const [asOf, of, cohort, category = '', , volume] = line.split(',');
    if (asOf !== '2022-12-31T23:59:59Z' || of !== measure || cohort?.includes('+') || volume === '0') continue;
    counts.set(category, (counts.get(category) ?? 0) + Number(volume));
  }
  return counts;
}

/** Rows of a CSV that a report wrote, by column. */
function rows(...names: string[]): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(join(folder, ...names), 'utf8').trimEnd().split('\n'); // prettier-ignore
  return lines.map((line) => Object.fromEntries(header.split(',').map((name, i) => [name, line.split(',')[i] ?? ''])));
}

describe('a run whose files are not those of its manifest', () => {
  const copyOf = (name: string): string => {
    const copy = join(folder, name);
    cpSync(run, copy, { recursive: true });
    return copy;
  };
  const consultation = (directory: string): Promise<Answer> =>
    commandLine(['report', 'consultation', '--run', directory, '--out', join(folder, 'never.csv')]);

  test.each(['installations.parquet', 'attempts.parquet', 'events.parquet', 'volumes.csv'])(
    'is refused where %s is cut short or another',
    async (name) => {
      const copy = copyOf(`cut-${name}`);
      const bytes = readFileSync(join(copy, name));
      writeFileSync(join(copy, name), bytes.subarray(0, bytes.length - 1));
      const { code, err } = await consultation(copy);
      expect(code).toBe(1);
      expect(err).toContain(`${name}: it is not the file that manifest.json describes`);
      expect(readdirSync(folder)).not.toContain('never.csv');
    },
  );

  test('is refused where the manifest does not name the files', async () => {
    const copy = copyOf('bare');
    const manifest = JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8')) as object;
    writeFileSync(join(copy, 'manifest.json'), JSON.stringify({ ...manifest, files: {} }));
    expect((await consultation(copy)).err).toMatch(/found no SHA-256 of installations.parquet/);
  });

  test('a report cannot replace a file of its run', async () => {
    const copy = copyOf('own');
    const taken = await commandLine(['report', 'consultation', '--run', copy, '--out', join(copy, 'volumes.csv')]);
    expect(taken.code).toBe(1);
    expect(taken.err).toMatch(/would replace this input/);
  });
});

describe('reports of a run', () => {
  test('consultation: as golden, and its totals are the volumes of the run', async () => {
    const { out } = await report('consultation', '--out', join(folder, 'c.csv'));
    await expect(out).toMatchFileSnapshot(golden('report-consultation.txt'));
    const once = new Map([...out.matchAll(/^each once +([a-z0-9-]+) +([\d,]+)/gm)].map(([, category, count]) => [category, Number(count?.replace(',', ''))])); // prettier-ignore
    expect(once).toEqual(volumes('qualifying'));
    expect(once.size).toBe(6); // every category is there to be wrong
  });

  test('supplier files: as golden, and the rows of the last month are the meters in effect', async () => {
    const files = join(folder, 'files');
    const { out, code } = await report(
      'supplier-files',
      '--from-month',
      '2021-12',
      '--to-month',
      '2022-12',
      '--out',
      files,
    );
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(golden('report-supplier-files.txt'));
    expect(readdirSync(files)).toHaveLength(2 * 13 + 2);
    const { out: effective } = await report('consultation', '--measure', 'effective', '--out', join(folder, 'e.csv'));
    expect(effective).toContain('each once');
    const meters = rows('e.csv').reduce((sum, row) => sum + Number(row['electricity_meters']) + Number(row['gas_meters']), 0); // prettier-ignore
    const december = rows('files', 'summary.csv').filter((row) => row['month'] === '2022-12');
    expect(december.reduce((sum, row) => sum + Number(row['electricity_rows']) + Number(row['gas_rows']), 0)).toBe(meters); // prettier-ignore
  });

  test('uneconomic: as golden', async () => {
    const { out } = await report('uneconomic', '--scenario', SCENARIO);
    await expect(out).toMatchFileSnapshot(golden('report-uneconomic.txt'));
  });

  test('replacements: as golden, a visit for every meter in effect', async () => {
    const { out } = await report('replacements', '--out', join(folder, 'r.csv'));
    await expect(out).toMatchFileSnapshot(golden('report-replacements.txt'));
    await report('consultation', '--measure', 'effective', '--out', join(folder, 'e.csv'));
    const meters = rows('e.csv').reduce((sum, row) => sum + Number(row['electricity_meters']) + Number(row['gas_meters']), 0); // prettier-ignore
    expect(rows('r.csv').reduce((sum, row) => sum + Number(row['visits']), 0)).toBe(meters);
  });

  test('calendar: as golden, and the future that came is that of the run', async () => {
    const { out } = await report('calendar', '--out', join(folder, 'cal'));
    await expect(out).toMatchFileSnapshot(golden('report-calendar.txt'));
    const adopted = new Map<string, number>();
    for (const row of rows('cal', 'volumes.csv')) {
      if (row['adoption'] !== 'adopted' || row['expires_on'] !== '2022-12-31' || row['measure'] !== 'effective')
        continue;
      if (row['volume'] !== '0') adopted.set(row['category'] ?? '', (adopted.get(row['category'] ?? '') ?? 0) + Number(row['volume'])); // prettier-ignore
    }
    expect(adopted).toEqual(volumes('effective'));
  });

  test('the rules are those of the run unless others are named, and its horizon is the as-of', async () => {
    expect(unbroken((await report('consultation')).out)).toContain(
      '2022-12-31T23:59:59Z, rules various-1-proposed-2021-11-03',
    );
    expect((await report('consultation', '--set-rule', 'mixed=anyDormant')).out).toContain('+amended');
    expect((await report('consultation', '--rules', 'regime-2021-02-01')).out).not.toContain('each once  ');
    expect((await report('consultation', '--as-of', '2023-01-01')).err).toContain('nothing is known after it');
  });
});
