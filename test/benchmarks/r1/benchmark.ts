import { departures, disagreements, percent } from './agreement.ts';
import { kernel } from './kernel.ts';
import { R1_ENDS, type R1Engine, type R1Result } from './engine.ts';
import { PEERS } from './peers.ts';

/** The bench's own engines; each is held to the goals below. */
const OWN: readonly R1Engine[] = [kernel];

/** Least speed of the bench's kernel on one worker, as a multiple of a peer's. */
const GOALS: Readonly<Record<string, number>> = { SimPy: 50, NumPy: 1, C: 1 / 6 };
/** Engines take turns, so that a slow spell of the machine meets all of them; the best of a few runs counts. */
const ROUNDS = 3;

interface Measured {
  readonly engine: R1Engine;
  best: R1Result;
}

const perSecond = ({ n, seconds }: R1Result) => n / seconds;

/** Runs every engine that is present, prints speeds as ratios of one run, and says whether counts and goals hold. */
export async function r1Benchmark(): Promise<boolean> {
  const measured: Measured[] = [];
  const results: R1Result[] = [];
  const engines = [...PEERS, ...OWN].filter((engine) => {
    const why = engine.absent();
    if (why !== undefined) console.log(`absent: ${engine.name}: ${why}`);
    return why === undefined;
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, engine] of engines.entries()) {
      const result = await engine.run(engine.installations, 1000 * index + round + 1);
      results.push(result);
      const before = measured.find((one) => one.engine === engine);
      if (!before) measured.push({ engine, best: result });
      else if (perSecond(result) > perSecond(before.best)) before.best = result;
    }
  }

  printSpeeds(measured);
  printShares(measured);
  const faults = [...results.flatMap(departures), ...disagreements(results)];
  for (const fault of faults) console.log(`disagree: ${fault}`);
  if (faults.length === 0) console.log('The six counts of all runs agree within 4 standard errors.');
  return printGoals(measured) && faults.length === 0;
}

function printSpeeds(measured: readonly Measured[]): void {
  const rows = measured.map(({ best }) => {
    const ratios = measured.map((peer) => (perSecond(best) / perSecond(peer.best)).toPrecision(3));
    return [best.engine, (perSecond(best) / 1e6).toFixed(3), ...ratios];
  });
  printTable(['engine', 'M inst./s', ...measured.map(({ engine }) => `x ${engine.name}`)], rows);
}

function printShares(measured: readonly Measured[]): void {
  const rows = measured.map(({ best }) => [best.engine, ...R1_ENDS.map((end) => percent(best, end))]);
  printTable(['share in %', ...R1_ENDS], rows);
}

function printGoals(measured: readonly Measured[]): boolean {
  let allHold = true;
  for (const own of measured.filter(({ engine }) => OWN.includes(engine))) {
    for (const peer of measured) {
      const goal = GOALS[peer.engine.name];
      if (goal === undefined) continue;
      const ratio = perSecond(own.best) / perSecond(peer.best);
      const holds = ratio >= goal;
      allHold &&= holds;
      const words = `${ratio.toPrecision(3)} x ${peer.engine.name}, at least ${goal.toPrecision(3)} wanted`;
      console.log(`${holds ? 'holds' : 'MISSED'}: ${own.engine.name}: ${words}`);
    }
  }
  return allHold;
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  console.log([head, ...rows].map(line).join('\n') + '\n');
}
