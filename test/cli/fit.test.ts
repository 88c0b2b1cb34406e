import { describe, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

// What a person reads while a fit goes on and after it. That the secant finds the numbers is shown in test/sim/calibrate.

const SIZES = { 'ioc-dormant': 500, 'ioc-active': 50, 'mds-dormant-silent': 100, 'secure-dormant': 300 };
const ONE = ['ioc-mixed', 'mds-dormant', 'mds-mixed', 'mds-no-key', 'secure-active', 'secure-mixed'];
const SMALL = Object.entries({ ...SIZES, ...Object.fromEntries(ONE.map((name) => [name, 1])) }).flatMap(([name, size]) => ['--set', `populations.${name}.installations=${size}`]); // prettier-ignore

const fit = (...args: readonly string[]) =>
  commandLine(['fit', 'scenarios/various1.yaml', '--replications', '1', '--workers', '1', ...SMALL, ...args]);

const LINES = ['no-wan-before/IOC', 'no-wan-attempting/IOC+MOC_MDS', 'gt01/IOC', 'gt01/MOC_Secure'];

describe('fit', () => {
  test('says of each round which it is and which line is left out', async () => {
    const { err, out } = await fit('--rounds', '4');
    const stages = err.trimEnd().split('\n').map((line) => line.slice(0, line.indexOf(':'))); // prettier-ignore
    expect(stages).toEqual([
      ...[1, 2, 3, 4].map((round) => `round ${round} of 4`),
      ...LINES.flatMap((line) => [1, 2, 3].map((round) => `without ${line}, round ${round} of 3`)),
    ]);
    for (const line of err.trimEnd().split('\n')) {
      const [stage, found] = line.split(': ') as [string, string];
      for (const name of LINES) expect(found.includes(`${name} `)).toBe(!stage.includes(name));
    }
    expect(out).toContain('Parameters after 4 rounds (seed fit, 1 replication a round');
    expect(out).toContain('the others are fitted anew, in 3 rounds');
    expect(out).toMatch(/^nothing .*\d %, not settled$/m); // a few hundred installations cannot meet 11,523
  });

  test('with one round claims to have fitted nothing, and every row is of the numbers as they stand', async () => {
    const { err, out } = await fit('--rounds', '1');
    expect(out).toContain('Parameters as the scenario has them: --rounds 1 evaluates and fits nothing');
    expect(out).toContain('with --rounds 1 they are not fitted anew');
    expect(out).not.toMatch(/are fitted anew/);
    expect(err.trimEnd().split('\n')).toHaveLength(1 + LINES.length);
  });
});
