import fc from 'fast-check';
import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { clauseOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import { questionArbitrary } from '../arbitraries/questions.ts';
import { law, type Engine, type Law } from '../laws/law.ts';
import { askerOf, type Asker } from './asker.ts';
import { counterexampleText } from './counterexample.ts';
import { categoryOf, findingOf } from './finding.ts';
import { alternativeText, inferReadings } from './inference.ts';
import { minimiseAll } from './minimise.ts';
import { search } from './search.ts';

/** The part of an engine's answers that is compared, and the rules by which. */
export interface AgreementOptions {
  /** The categories that are compared; by default all. If some are left out, `reported` is not compared. */
  readonly clauses?: readonly ExclusionCategory[];
  /** The rule set, or an arbitrary of several. The default is the proposed one alone. */
  readonly rules?: RuleSet | fc.Arbitrary<RuleSet>;
}

/**
 * The law that an engine answers as the reference evaluator does. The error shows the history as a table, both verdicts,
 * the clause with its words, the trace of the reference, and the near miss. A field that the engine leaves out is not
 * compared.
 *
 * @example
 * assertLaw(agreesWithReference({ clauses: ['gt01'] }), myEngine);
 */
export function agreesWithReference({ clauses, rules = VARIOUS1 }: AgreementOptions = {}): Law {
  const compared = comparedOf(clauses);
  const numbers = compared?.map((category) => clauseOf(VARIOUS1, category)?.clause ?? category);
  return law(
    `the answers agree with the reference${numbers === undefined ? '' : ` in ${numbers.join(', ')}`}`,
    (chosen) => questionArbitrary(chosen),
    (engine, question) => {
      const { verdicts } = engine(question.history, question.rules, question.asOf);
      // A copy leaves out what a law may not read: fields that the engine does not give.
      const outcome = { kind: 'answered', verdicts: verdicts.map((row) => ({ ...row })) } as const;
      const finding = findingOf(outcome, question, { clauses: compared });
      if (finding !== null) throw new Error(counterexampleText(question, outcome, finding).trimEnd());
    },
    { ...(compared && { clauses: compared }), rules: 'clauses' in rules ? fc.constant(rules) : rules },
  );
}

function comparedOf(clauses: readonly ExclusionCategory[] | undefined): readonly ExclusionCategory[] | undefined {
  const isAll = clauses === undefined || CATEGORIES.every((category) => clauses.includes(category));
  return isAll ? undefined : CATEGORIES.filter((category) => clauses.includes(category));
}

/** The questions of a comparison. */
export interface ComparisonOptions extends Omit<AgreementOptions, 'rules'> {
  /** The rule set. The default is the proposed one. */
  readonly rules?: RuleSet;
  /** The number of questions. The default is 2,000. */
  readonly runs?: number;
  /** The seed. The default is `kit`. The same seed gives the same questions. */
  readonly seed?: string;
}

/**
 * Compares an engine with the bench as `check engine` does: blocks of questions steered towards behaviour that was not
 * reached, one counterexample for each fault, and the other reading of the text that explains the differences, if there
 * is one. The promise rejects with all of this as text.
 */
export async function compareWithReference(engine: Engine | Asker, options: ComparisonOptions = {}): Promise<void> {
  const { rules = VARIOUS1, runs = 2000, seed = 'kit' } = options;
  const asker = typeof engine === 'function' ? askerOf(engine) : engine;
  const clauses = comparedOf(options.clauses);
  const found = await search({ asker, rules, seed, runs, clauses });
  if (found.failingCount === 0) return;
  const { best } = inferReadings({
    rules,
    clauses,
    answers: found.answers,
    question: (run) => found.stream.question(run),
    failing: found.failing.filter(({ finding }) => finding.kind === 'differs').map(({ run }) => run),
  });
  const reading = best === null ? [] : [`With ${alternativeText(best.readings)}, ${best.failing} differ.`];
  const examples = await minimiseAll(found.firsts, found.shapes, { asker, clauses });
  const texts = examples.map(
    ({ shape, question, outcome, finding }) =>
      `${shape}\n${counterexampleText(question, outcome, finding, categoryOf(shape))}`,
  );
  const wrong = `${found.failingCount} of ${found.asked} questions are answered wrongly (seed ${seed}).`;
  throw new Error([wrong, ...reading, '', ...texts].join('\n'));
}
