import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import { trace } from '../../src/exclusion/explain/trace.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { each, rates } from './measure.ts';
import { printGoal, printRates } from './print.ts';
import type { Sizes } from './sizes.ts';
import { AS_OF, rowsOf, workload } from './workload.ts';

const TRACES_PER_SECOND = 20_000;

/** The reference evaluator on one thread, with and without its trace. Says nothing of histories longer than a dozen rows. */
export async function evaluatorBenchmark({ quick, rounds }: Sizes): Promise<boolean> {
  const histories = workload(quick ? 1000 : 20_000);
  console.log(`${histories.length} histories of ${(rowsOf(histories) / histories.length).toFixed(1)} rows on average`);
  const measured = await rates(
    [
      each('evaluate', histories, (history) => evaluate(history, VARIOUS1, AS_OF)),
      each('trace', histories, (history) => trace(history, VARIOUS1, AS_OF)),
    ],
    rounds,
  );
  printRates(measured);
  const found = measured.find(({ name }) => name === 'trace')?.processor ?? 0;
  const unit = 'histories/s of processor time';
  return printGoal({ what: 'trace', found, atLeast: TRACES_PER_SECOND, unit, quick });
}
