import type { ExclusionCategory } from '../../src/clauses/clause.ts';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import { VARIOUS1, type RuleSet } from '../../src/rules/ruleset.ts';
import type { Engine } from './laws/law.ts';
import { askerOf, type Asker } from './trial/asker.ts';
import { counterexampleText } from './trial/counterexample.ts';
import { categoryOf } from './trial/finding.ts';
import { minimiseAll } from './trial/minimise.ts';
import { search } from './trial/search.ts';

/** Which clauses, rules and questions an engine is compared over. */
export interface AgreementOptions {
  /** The categories that are compared; all by default. Where some are left out, `reported` is not compared. */
  readonly clauses?: readonly ExclusionCategory[];
  /** The rule set; default: the proposed one. */
  readonly rules?: RuleSet;
  /** Default 2,000. */
  readonly runs?: number;
  /** Default `kit`. The same seed asks the same questions. */
  readonly seed?: string;
}

/**
 * Compares an engine with the bench on generated questions: a function that answers at once, or an `Asker` that answers
 * batches. Rejects with the smallest counterexamples as text: the history as a table, both verdicts, the clause, the trace.
 */
export async function agreesWithReference(engine: Engine | Asker, options: AgreementOptions = {}): Promise<void> {
  const { clauses, rules = VARIOUS1, runs = 2000, seed = 'kit' } = options;
  const asker = typeof engine === 'function' ? askerOf(engine) : engine;
  const compared = clauses && CATEGORIES.filter((category) => clauses.includes(category));
  const found = await search({ asker, rules, seed, runs, clauses: compared });
  if (found.failingCount === 0) return;
  const examples = await minimiseAll(found.firsts, found.shapes, { asker, clauses: compared });
  const texts = examples.map(
    ({ shape, question, outcome, finding }) =>
      `${shape}\n${counterexampleText(question, outcome, finding, categoryOf(shape))}`,
  );
  throw new Error(
    `${found.failingCount} of ${found.asked} questions are answered wrongly (seed ${seed}).\n\n${texts.join('\n')}`,
  );
}
