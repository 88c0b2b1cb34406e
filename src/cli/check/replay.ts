import type { ExclusionCategory } from '../../clauses/clause.ts';
import type { EngineOutcome } from '../../interchange/engine/engineOutcome.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { caseDifferences } from '../../../test/kit/cases/caseDifferences.ts';
import type { Case } from '../../../test/kit/cases/caseForm.ts';
import type { EngineUnderTest, StartEngine } from './engines/engineUnderTest.ts';
import { isAnswer } from './caseFiles.ts';

/** What came of one case. */
export interface Replayed {
  readonly one: Case;
  /** Empty: the answer is as the case expects. */
  readonly differences: readonly string[];
  /** Set where the case was not asked. */
  readonly skipped?: string;
}

export interface ReplayOptions {
  /** Only cases under these rules as they stand are asked; the others are skipped. */
  readonly onlyRules?: RuleSet;
  /** The categories that the engine has; by default all. What is reported is then not compared. */
  readonly clauses?: readonly ExclusionCategory[];
}

/** Asks an engine every case. An engine that takes no rules is started once for each rule set that the cases have. */
export async function replay(
  cases: readonly Case[],
  start: StartEngine,
  options: ReplayOptions = {},
): Promise<readonly Replayed[]> {
  const groups = new Map<string, Case[]>();
  const found = new Map<Case, Replayed>();
  for (const one of cases) {
    const key = JSON.stringify(one.rules);
    if (one.raw.verdict === undefined && one.raw.reported === undefined) {
      found.set(one, { one, differences: [], skipped: 'the case is about notes, which the protocol does not have' });
    } else if (options.onlyRules !== undefined && key !== JSON.stringify(options.onlyRules)) {
      found.set(one, { one, differences: [], skipped: 'the case has other rules or readings' });
    } else if (options.clauses !== undefined && !options.clauses.some((category) => category === one.raw.clause)) {
      found.set(one, { one, differences: [], skipped: 'the case is about categories that are not compared' });
    } else groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  let shared: EngineUnderTest | undefined;
  try {
    for (const group of groups.values()) {
      const { rules } = group[0] as Case;
      if (shared?.takesRules !== true) {
        await shared?.close();
        shared = await start(rules);
      }
      const outcomes = await askAll(shared, group, rules);
      for (const [i, one] of group.entries()) {
        const compared = options.clauses === undefined ? one : withoutReported(one);
        found.set(one, { one, differences: differencesOf(compared, outcomes[i]) });
      }
    }
  } finally {
    await shared?.close();
  }
  return cases.map((one) => found.get(one) as Replayed);
}

/** The case for an engine that has some of the clauses: what is reported depends on all of them. */
function withoutReported(one: Case): Case {
  const { reported, verdict, ...raw } = one.raw;
  void reported;
  if (typeof verdict !== 'object') return { ...one, raw: { ...raw, ...(verdict !== undefined && { verdict }) } };
  return {
    ...one,
    raw: { ...raw, verdict: Object.fromEntries(Object.entries(verdict).filter(([k]) => k !== 'reported')) },
  };
}

/** Cases of one group share one object for their rules, by which an engine knows the rules that it was greeted with. */
function askAll(engine: EngineUnderTest, group: readonly Case[], rules: RuleSet): Promise<readonly EngineOutcome[]> {
  return engine.ask(group.map((one) => ({ history: one.history, asOf: one.asOf, rules })));
}

function differencesOf(one: Case, outcome: EngineOutcome | undefined): readonly string[] {
  if (isAnswer(outcome)) return caseDifferences(one, outcome);
  if (outcome?.kind === 'failed') return [outcome.sentence];
  return outcome?.kind === 'refused'
    ? [`the engine refuses it: ${outcome.why}`]
    : ['it was not asked: the engine broke down too often'];
}
