import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'thresholds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CLAUSE = 'scenarios/clause-18-9-five-retries.yaml';
const small = (...args: string[]) =>
  commandLine(['forecast', 'thresholds', CLAUSE, '--scale', '1', '--replications', '2', '--workers', '1', ...args]);

describe('forecast thresholds', () => {
  test('it shows a table for each counting clause, with the own number marked', async () => {
    const page = join(folder, 'page.html');
    const { code, out } = await small('--numbers', '3,4', '--html', page);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Twins of clause-18-9-five-retries#59850dc75a3a (seed clause-18-9-five-retries, 2
      times, every home): the same dice, but an exclusion ends nothing. Of those whom
      a clause would exclude, how many would have migrated all the same?

      18.7 No WAN Before Migration Attempted: the rules ask for 3 instructions; homes
        nobody comes to it in this scenario, at any of the numbers

      18.8 No WAN Attempting Migration: the rules ask for 3 weeks; homes
        nobody comes to it in this scenario, at any of the numbers

      18.6 Consistent GT01 Check Failure: the rules ask for 3 weeks; gas meters
        nobody comes to it in this scenario, at any of the numbers

      18.9 Five Retries Attempting Migration: the rules ask for 5 weeks; homes
        from the day on which the exclusion takes effect
        asks for       excluded  +-   in 13     +-  in 26     +-  saved    GBP
        3                   200  29  12.1 %  0.3 %  9.9 %  0.8 %  5,699  8,798
        4                   194  28   9.7 %  0.1 %  7.5 %  0.3 %  5,500  9,199
        5 *                 186  29     5 %  0.9 %  4.4 %  1.4 %  5,306  9,611
          MA112              83  13     0 %    0 %    0 %    0 %  2,500  4,999
          GT01               15   1     0 %    0 %    0 %    0 %    428    855
          other codes        89  15  10.4 %    2 %  9.7 %  2.2 %  2,379  3,757
        from the failure that fills the count, as if in force all along
        asks for       excluded  +-   in 13     +-  in 26     +-  saved    GBP
        3                   200  29  12.1 %  0.3 %  9.9 %  0.8 %  5,699  8,798
        4                   194  28   9.7 %  0.1 %  7.5 %  0.3 %  5,500  9,199
        5 *                 186  29     5 %  0.9 %  4.4 %  1.4 %  5,306  9,611
          MA112              83  13     0 %    0 %    0 %    0 %  2,500  4,999
          GT01               15   1     0 %    0 %    0 %    0 %    428    855
          other codes        89  15  10.4 %    2 %  9.7 %  2.2 %  2,379  3,757

      in 13, in 26: the share of those excluded that would have migrated within so
      many weeks, over those that the simulation follows so long. Fewer are followed
      for 26 weeks, so that this share may be the smaller one. +- is twice the
      standard error over replications, chance alone.
      saved: migration attempts, or instructions where the clause counts these, that
      are not made until 2022-12-31.
      GBP: what is saved less a replacement for each that would have migrated within
      26 weeks. Prices in pounds: attempt 2 (our assumption), instruction 5 (our
      assumption), replacement 200 (our assumption).
      Every figure is a statement on how persistent failures are, which no published
      line identifies.
      "
    `);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('How many failures should a clause ask for?');
    expect(html).toContain('would have migrated within 13 weeks of taking effect');
  });

  test('as JSON it gives every point, with the command that gives it again', async () => {
    const { out } = await small('--numbers', '4', '--format', 'json', '--price', 'attempt=3');
    const report = JSON.parse(out) as { points: unknown[]; command: string; prices: unknown[] };
    expect(report.command).toBe(
      `smets1-bench forecast thresholds ${CLAUSE} --replications 2 --scale 1 --numbers 4 --price attempt=3`,
    );
    expect(report.prices).toContainEqual({ what: 'attempt', pounds: 3, mark: 'as given', note: 'from the command line' }); // prettier-ignore
    expect(report.points.length).toBeGreaterThan(8);
  });

  test('over draws from priors the curves are ranges, and the number of threads is no matter', async () => {
    const priors = join(folder, 'priors.yaml');
    writeFileSync(priors, 'format: 1\nname: one\nparameters:\n  silent: { path: links.wan.silent.classes.dead.share, ratio: 3 }\n'); // prettier-ignore
    const args = ['--numbers', '5', '--priors', priors, '--draws', '8', '--replications', '1', '--format', 'json'];
    const one = await small(...args);
    const report = JSON.parse(one.out) as { command: string; overPriors: { draws: number; ranges: { category: string; isOwn: boolean; excluded: { p05: number; p95: number } }[] } }; // prettier-ignore
    expect(report.command).toContain(' --priors priors.yaml --draws 8');
    expect(report.overPriors.draws).toBe(8);
    const own = report.overPriors.ranges.find((row) => row.category === 'five-retries' && row.isOwn);
    expect(own?.excluded.p05).toBeLessThan((own?.excluded.p95 ?? 0) / 1.5);
    expect((await small(...args, '--workers', '2')).out).toBe(one.out);
    const { out } = await small(...args.slice(0, -2));
    expect(out).toContain('Over 8 draws from the priors one');
  });

  test.each([
    [['--numbers', '0'], 'expected a whole number from 1 to 60'],
    [['--numbers', '3,x'], 'expected a whole number from 1 to 60'],
    [['--draws', '9'], '--draws changes nothing here: nothing is drawn without --priors'],
    [['--scale', '2'], 'expected a number from 0.0001 to 1'],
    [['--price', 'visit=3'], 'expected attempt, instruction, replacement = pounds'],
    [['--price', 'attempt=-1'], 'expected attempt, instruction, replacement = pounds'],
    [['--html', CLAUSE], 'found a file of unknown origin, which is not replaced'],
    [['--set', 'rules=regime-2021-02-01'], 'has no clause that counts failures'],
  ])('%j is refused in words', async (args, message) => {
    const { code, err, out } = await small(...args);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(out).toBe('');
  });

  test('Ctrl-C ends it with 130 and prints nothing', async () => {
    const { code, out } = await commandLine(
      ['forecast', 'thresholds', CLAUSE, '--replications', '40', '--scale', '1', '--workers', '1'],
      { onText: (text, interrupt) => text.includes('25 %') && interrupt() },
    );
    expect(code).toBe(130);
    expect(out).toBe('');
  });
});
