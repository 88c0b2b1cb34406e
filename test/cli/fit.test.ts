import { describe, expect, test } from 'vitest';
import { commandLine, unbroken } from './harness.ts';

// What a person reads while a fit goes on and after it. That the secant finds the numbers is shown in test/sim/calibrate.

const SIZES = { 'ioc-dormant': 500, 'ioc-active': 50, 'mds-dormant-silent': 100, 'secure-dormant': 300 };
const ONE = ['ioc-mixed', 'mds-dormant', 'mds-mixed', 'mds-no-key', 'secure-active', 'secure-mixed'];
const SMALL = Object.entries({ ...SIZES, ...Object.fromEntries(ONE.map((name) => [name, 1])) }).flatMap(([name, size]) => ['--set', `populations.${name}.installations=${size}`]); // prettier-ignore

const fit = (...args: readonly string[]) =>
  commandLine(['fit', 'scenarios/various1.yaml', '--replications', '1', '--workers', '1', ...SMALL, ...args]);

const LINES = ['no-wan-before/IOC', 'no-wan-attempting/IOC+MOC_MDS', 'gt01/IOC', 'gt01/MOC_Secure'];

describe('fit', () => {
  test('each round of a fit reports its number and the line that is left out', async () => {
    const { err, out: printed } = await fit('--rounds', '4');
    const out = unbroken(printed);
    // So few installations cannot meet the published lines: a fit may come to numbers that the scenario refuses.
    const [refused, all] = [true, false].map((is) =>
      err
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('the scenario refuses the next numbers') === is),
    ) as [string[], string[]];
    const isCheck = (line: string): boolean => line.startsWith('check with other dice (seed fit-check-1): ');
    expect(all.filter(isCheck)).toHaveLength(1);
    const told = all.filter((line) => !isCheck(line));
    const stages = told.map((line) => line.slice(0, line.indexOf(':')));
    expect(stages.slice(0, 4)).toEqual([1, 2, 3, 4].map((round) => `round ${round} of 4`));
    for (const name of LINES) {
      const rounds = stages.filter((stage) => stage.startsWith(`without ${name}, `));
      expect(rounds).toEqual([1, 2, 3, 4].slice(0, rounds.length).map((n) => `without ${name}, round ${n} of 4`));
      expect(rounds.length).toBeGreaterThan(1);
    }
    expect(stages.length + refused.length).toBeGreaterThanOrEqual(4 + LINES.length * 3);
    for (const line of told) {
      const [stage, found] = line.split(': ') as [string, string];
      for (const name of LINES) expect(found.includes(`${name} `)).toBe(!stage.includes(name));
    }
    expect(out).toMatch(/^Parameters of round [1-4], the nearest of 4 \(seed fit, 1 replication a round/m);
    expect(out).toContain('the others are fitted anew, in at most 4 rounds');
    expect(out).toContain('How settled each line is, checked with dice that the fit has not seen: seed fit-check-1');
    expect(out).toMatch(/^a +11,523 .* not settled$/m);
    expect(out).toMatch(/^e +1,502 .* not fitted$/m);
    expect(out).toMatch(/^nothing .*\d %, \d+\.\d errors, not settled$/m); // a few hundred installations cannot meet 11,523
  });

  test('a fit with one round claims no fitted line, and every row shows the numbers as they are', async () => {
    const { err, out: printed } = await fit('--rounds', '1');
    const out = unbroken(printed);
    expect(out).toContain('Parameters as the scenario has them: --rounds 1 evaluates and fits nothing');
    expect(out).toContain('with --rounds 1 they are not fitted anew');
    expect(out).not.toMatch(/are fitted anew/);
    expect(out).toContain('How far each line is from what was published, on these dice');
    expect(err).not.toContain('check with other dice');
    expect(err.trimEnd().split('\n')).toHaveLength(1 + LINES.length);
  });
});
