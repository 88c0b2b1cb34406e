import fc from 'fast-check';
import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Engine, Law } from '../laws/law.ts';
import { claimText, tryLaws } from './askAgain.ts';
import type { Asker } from './asker.ts';

/** How a law is tried. Every field may be left out. */
export interface TrialOptions {
  /** The number of questions. The default is that of `fc.configureGlobal`, else 1,000. */
  readonly runs?: number;
  /** A whole number. By default another one each time; the message of a broken law prints it. */
  readonly seed?: number;
  /** The path that the message of a broken law prints. With its seed, the smallest counterexample is asked at once. */
  readonly path?: string;
  /** The one rule set by which the engine answers. By default an engine takes the rule set that it is given. */
  readonly rules?: RuleSet;
  /** The categories that the engine has; by default all. Its other verdicts are passed over. */
  readonly clauses?: readonly ExclusionCategory[];
}

const RUNS_DEFAULT = 1000;

/**
 * Tries a law on an engine. The error of a broken law shows the claim, the smallest counterexample as a table, the
 * bench's trace of it, and the seed and path that repeat it. Works in any test runner.
 *
 * @throws Error if the law is broken, or cannot be tried on such an engine (`lawsFor` leaves those laws out)
 * @example
 * for (const law of LAWS) test(law.name, () => assertLaw(law, myEngine));
 */
export function assertLaw(law: Law, engine: Engine, options?: TrialOptions): void;
/**
 * Tries a law on an engine that answers later, in batches. The promise rejects if the law is broken. Questions of all
 * runs are asked together, so a law takes a few round trips.
 */
export function assertLaw(law: Law, engine: Asker, options?: TrialOptions): Promise<void>;
export function assertLaw(law: Law, engine: Engine | Asker, options: TrialOptions = {}): void | Promise<void> {
  if (law.needsAll && options.clauses !== undefined) {
    throw new Error(`"${law.name}" concerns all categories together: leave it out by lawsFor({ clauses })`);
  }
  return typeof engine === 'function' ? tryAtOnce(law, engine, options) : tryLater(law, engine, options);
}

function tryAtOnce(law: Law, engine: Engine, options: TrialOptions): void {
  const { rules } = options;
  const property = law.property(limited(law, engine, options), rules && fc.constant(rules));
  const found = fc.check(property, parametersOf(options));
  if (!found.failed) return;
  if (found.errorInstance instanceof CannotTry) throw found.errorInstance;
  const [value] = Array.isArray(found.counterexample) ? (found.counterexample as unknown[]) : [];
  const claim = claimText(found.errorInstance, value); // the error has the trace already
  throw new Error(brokenText(law, claim, { ...options, seed: found.seed, path: found.counterexamplePath ?? '' }));
}

/** Thrown if the engine cannot answer what the law asks. */
class CannotTry extends Error {}

/** The engine with the verdicts of its own categories only, under its own rule set only. */
function limited(law: Law, engine: Engine, { rules: own, clauses }: TrialOptions): Engine {
  const text = own && JSON.stringify(own);
  return (history, rules, asOf) => {
    if (text !== undefined && rules !== own && JSON.stringify(rules) !== text) {
      throw new CannotTry(
        `"${law.name}" asks under several rule sets, and the engine has one: leave it out by lawsFor({ oneRuleSet: true })`,
      );
    }
    const answer = engine(history, rules, asOf);
    if (clauses === undefined) return answer;
    return { ...answer, verdicts: answer.verdicts.filter(({ category }) => clauses.includes(category)) };
  };
}

function parametersOf({ runs, seed, path }: TrialOptions): fc.Parameters<unknown> {
  const usual = fc.readConfigureGlobal().numRuns ?? RUNS_DEFAULT;
  return { numRuns: runs ?? usual, ...(seed !== undefined && { seed }), ...(path !== undefined && { path }) };
}

async function tryLater(law: Law, asker: Asker, options: TrialOptions): Promise<void> {
  const { rules, clauses } = options;
  const { numRuns = RUNS_DEFAULT, seed = Math.floor(Math.random() * 2 ** 31), path } = parametersOf(options);
  const [result] = await tryLaws([law], {
    asker,
    rules: rules ?? VARIOUS1,
    takesRules: rules === undefined,
    clauses,
    runs: numRuns,
    seed,
    ...(path !== undefined && { path }),
  });
  if (result?.skipped !== undefined) throw new Error(`"${law.name}" cannot be tried: ${result.skipped}`);
  if (result?.broken === undefined) return;
  throw new Error(brokenText(law, result.broken, { ...options, seed, path: result.path ?? '' }));
}

function brokenText({ name }: Law, claim: string, options: TrialOptions): string {
  const { seed, path, runs } = options;
  const again = [`seed: ${seed}`, `path: '${path}'`, ...(runs === undefined ? [] : [`runs: ${runs}`])];
  return `The engine breaks a law: ${name}\n${claim}\nTo repeat: assertLaw(law, engine, { ${again.join(', ')} })`;
}
