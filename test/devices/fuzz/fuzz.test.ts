import { expect, test } from 'vitest';
import { fuzz, playCase, unreached } from './fuzz.ts';
import { TARGETS } from './targets.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 100_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_220_110);

test('x', { timeout: 0 }, async () => {
  const only = process.env['FUZZ_TARGET'];
  const wanted = TARGETS.filter(({ name }) => only === undefined || only.split(',').includes(name));
  if (process.env['FUZZ_CASE']) {
    const c = await playCase(wanted[0]!, Number(process.env['FUZZ_CASE']), SEED);
    console.log(
      c.log.trail.map((b) => Buffer.from(b.subarray(0, 2000)).toString('hex')).join('\n'),
      '\n',
      c.log.outcomes,
      c.finding,
    );
    return;
  }
  let last = performance.now();
  const tallies = await fuzz(wanted, {
    seed: SEED,
    inputs: INPUTS,
    onTally(t) {
      const now = performance.now();
      const target = TARGETS.find(({ name }) => name === t.target)!;
      console.log(
        `${t.target}: ${t.cases} cases, ${t.inputs} inputs, ${(now - last).toFixed(0)} ms, kept ${t.keptBytes}\n  ` +
          [...t.outcomes]
            .sort((a, b) => b[1] - a[1])
            .map(([o, n]) => `${o}: ${n}`)
            .join('; ') +
          `\n  UNREACHED ${JSON.stringify(unreached(target, t.outcomes))}\n  UNKNOWN ${JSON.stringify([...t.outcomes.keys()].filter((o) => !target.known.includes(o)))}` +
          t.findings.map((f) => `\n  FINDING ${f.index} ${f.what.slice(0, 800)}\n  ${f.hex.slice(0, 400)}`).join(''),
      );
      last = performance.now();
    },
  });
  expect(tallies.length).toBeGreaterThan(0);
});
