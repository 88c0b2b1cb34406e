import { engine } from '../../../src/exclusion/engine/engine.ts';
import { columnEngine, verdictColumns } from '../../../src/exclusion/engine/engineColumns.ts';
import { evaluate } from '../../../src/exclusion/reference/evaluate.ts';
import { trace } from '../../../src/exclusion/explain/trace.ts';
import type { History } from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { each, rates, type Subject } from '../measure.ts';
import { absent, printGoal, printRates } from '../print.ts';
import type { Sizes } from '../sizes.ts';
import { AS_OF, rowsOf, workload } from '../workload.ts';
import { categoriesOf, packHistories, verdictsAt, withoutEvidence } from './columns.ts';
import { factsOf } from './facts.ts';
import { PEERS } from './peers.ts';

const COLUMNS_PER_SECOND = 1_000_000;
const TRACES_PER_SECOND = 20_000;
/** Passes of the columns a round: one alone is over before the clocks have turned far. */
const PASSES = 4;
const NAMES = { columns: 'engine, columns', objects: 'engine, objects', trace: 'trace' } as const;

/** One thread deciding histories in memory, beside rule engines of others on the same histories. */
export async function ruleEnginesBenchmark({ quick, rounds }: Sizes): Promise<boolean> {
  const histories = workload(quick ? 4000 : 100_000);
  const rows = (rowsOf(histories) / histories.length).toFixed(1);
  console.log(`${histories.length} histories of ${rows} rows on average, ${VARIOUS1.name}, all six categories`);
  const columns = packHistories(histories);
  const into = verdictColumns(histories.length);
  const decider = columnEngine(VARIOUS1);
  decider.decide(columns, AS_OF, into);

  const faults: string[] = [];
  const compared = Math.min(histories.length, 20_000);
  for (const [i, history] of histories.slice(0, compared).entries()) {
    const found = JSON.stringify(verdictsAt(into, i));
    const expected = JSON.stringify(withoutEvidence(evaluate(history, VARIOUS1, AS_OF).verdicts));
    if (found !== expected) faults.push(`history ${i}: columns ${found}, evaluate ${expected}`);
  }
  const decide = engine(VARIOUS1);
  const some = (count: number): readonly History[] => histories.slice(0, count);
  const subjects: Subject[] = [
    {
      name: NAMES.columns,
      items: PASSES * histories.length,
      run: () => {
        for (let pass = 0; pass < PASSES; pass += 1) decider.decide(columns, AS_OF, into);
      },
    },
    each(NAMES.objects, some(20_000), (history) => decide.decide(history, AS_OF)),
    each(NAMES.trace, some(4000), (history) => trace(history, VARIOUS1, AS_OF)),
  ];
  for (const peer of PEERS) {
    const why = peer.absent();
    if (why !== undefined) {
      absent(peer.name, why);
      continue;
    }
    const facts = some(peer.histories).map((history) => factsOf(history, VARIOUS1, AS_OF));
    const held = peer.load(VARIOUS1.clauses);
    for (const [i, known] of facts.entries()) {
      const [found, expected] = [await held(known), into.mask[i] as number];
      if (found !== expected) faults.push(`history ${i}: ${peer.name} ${words(found)}, columns ${words(expected)}`);
    }
    subjects.push({
      name: peer.name,
      items: facts.length,
      run: async () => {
        for (const known of facts) await held(known);
      },
    });
  }

  const measured = await rates(subjects, rounds);
  printRates(measured);
  console.log(
    'The peers are given facts that we counted beforehand, not timed (separate weeks, readmits, preparations, latest\n' +
      'events): their languages have no calendar. They say which categories hold; met_at, effective_from, counted,\n' +
      'evidence and reported are beyond them. The engines here count from the rows; columns leave out evidence alone.',
  );
  for (const fault of faults.slice(0, 10)) console.log(`disagree: ${fault}`);
  if (faults.length === 0) console.log(`Verdicts agree: ${compared} with evaluate, every peer on its histories.`);
  const rateOf = (name: string): number => measured.find((rate) => rate.name === name)?.processor ?? 0;
  const goal = (name: string, atLeast: number): boolean =>
    printGoal({ what: name, found: rateOf(name), atLeast, unit: 'histories/s of processor time', quick });
  const goals = [goal(NAMES.columns, COLUMNS_PER_SECOND), goal(NAMES.trace, TRACES_PER_SECOND)];
  return faults.length === 0 && goals.every(Boolean);
}

function words(mask: number): string {
  return categoriesOf(mask).join(', ') || 'none';
}
