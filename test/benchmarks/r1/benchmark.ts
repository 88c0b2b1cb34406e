import { printGoal, printTable } from '../print.ts';
import type { Sizes } from '../sizes.ts';
import { departures, differences, disagreements, percent } from './agreement.ts';
import { kernel } from './kernel.ts';
import { R1_ENDS, type R1Engine, type R1Result } from './engine.ts';
import { PEERS } from './peers.ts';

/** The bench's own engines; each is held to the goals below. */
const OWN: readonly R1Engine[] = [kernel];

/** Least speed of the bench's kernel on one worker, as a multiple of a peer's. */
const GOALS: Readonly<Record<string, number>> = { 'SimPy': 50, 'lean SimPy': 50, 'NumPy': 1, 'C': 1 / 6 };
/** Engines take turns, so that a slow spell of the machine meets all of them; the best of a few runs counts. */
const ROUNDS = 3;
const QUICK_PART = 10;

interface Measured {
  readonly engine: R1Engine;
  best: R1Result;
}

const perSecond = ({ n, seconds }: R1Result) => n / seconds;

/** Runs every engine that is present, prints speeds as ratios of one run, and says whether counts and goals hold. */
export async function r1Benchmark({ quick }: Sizes): Promise<boolean> {
  const measured: Measured[] = [];
  const results: R1Result[] = [];
  const engines = [...PEERS, ...OWN].filter((engine) => {
    const why = engine.absent();
    if (why !== undefined) console.log(`absent: ${engine.name}: ${why}`);
    return why === undefined;
  });
  const dice = [...new Set(engines.map((engine) => engine.dice))];
  const unequal: string[] = [];
  for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
    const ofRound: { dice: string; result: R1Result }[] = [];
    for (const engine of engines) {
      const installations = quick ? engine.installations / QUICK_PART : engine.installations;
      const result = await engine.run(installations, 1000 * dice.indexOf(engine.dice) + round + 1);
      results.push(result);
      ofRound.push({ dice: engine.dice, result });
      const before = measured.find((one) => one.engine === engine);
      if (!before) measured.push({ engine, best: result });
      else if (perSecond(result) > perSecond(before.best)) before.best = result;
    }
    for (const name of dice)
      unequal.push(...differences(ofRound.filter((row) => row.dice === name).map(({ result }) => result)));
  }

  printSpeeds(measured);
  printShares(measured);
  const faults = [...results.flatMap(departures), ...disagreements(results), ...unequal];
  for (const fault of faults) console.log(`disagree: ${fault}`);
  if (faults.length === 0)
    console.log('The six counts of all runs agree within 4 standard errors, and are equal where the dice are.');
  return printGoals(measured, quick) && faults.length === 0;
}

function printSpeeds(measured: readonly Measured[]): void {
  const rows = measured.map(({ best }) => {
    const ratios = measured.map((peer) => (perSecond(best) / perSecond(peer.best)).toPrecision(3));
    const speeds = [perSecond(best), best.n / best.processor].map((speed) => (speed / 1e6).toFixed(3));
    return [best.engine, ...speeds, ...ratios];
  });
  printTable(['engine', 'M inst./s', 'of processor time', ...measured.map(({ engine }) => `x ${engine.name}`)], rows);
}

function printShares(measured: readonly Measured[]): void {
  const rows = measured.map(({ best }) => [best.engine, ...R1_ENDS.map((end) => percent(best, end))]);
  printTable(['share in %', ...R1_ENDS], rows);
}

function printGoals(measured: readonly Measured[], quick: boolean): boolean {
  let allHold = true;
  for (const own of measured.filter(({ engine }) => OWN.includes(engine))) {
    for (const peer of measured) {
      const atLeast = GOALS[peer.engine.name];
      if (atLeast === undefined) continue;
      const found = perSecond(own.best) / perSecond(peer.best);
      allHold = printGoal({ what: own.engine.name, found, atLeast, unit: `x ${peer.engine.name}`, quick }) && allHold;
    }
  }
  return allHold;
}
