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
  /** The categories that are compared; by default all. If some are left out, `reported` is not compared. */
  readonly clauses?: readonly ExclusionCategory[];
  /** The rule set. The default is the proposed one. */
  readonly rules?: RuleSet;
  /** The number of questions. The default is 2,000. */
  readonly runs?: number;
  /** The seed. The default is `kit`. The same seed gives the same questions. */
  readonly seed?: string;
}

/**
 * Compares an engine with the bench on generated questions. The engine is a function that answers at once, or an
 * `Asker` that answers batches. The promise rejects with the smallest counterexamples as text: the history as a table,
 * both verdicts, the clause, the trace.
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
