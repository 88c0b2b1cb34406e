// Engines that find the right categories and then say something wrong of them: another clause, other deciding attempts,
// another number, or something else that is excluded.
import { evaluate } from '../../src/exclusion/reference/evaluate.ts';
import type { Verdict } from '../../src/exclusion/verdict.ts';
import type { Attempt, History } from '../../src/migration/history.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { isoWeek, type Instant } from '../../src/time.ts';
import type { Engine } from '../kit/index.ts';

/** What an engine that answers wrongly knows of a question. */
interface Asked {
  readonly history: History;
  readonly rules: RuleSet;
  readonly asOf: Instant;
}

function onEachVerdict(change: (verdict: Verdict, asked: Asked) => Partial<Verdict>): Engine {
  return (history, rules, asOf) => {
    const answer = evaluate(history, rules, asOf);
    return {
      ...answer,
      verdicts: answer.verdicts.map((row) => ({ ...row, ...change(row, { history, rules, asOf }) })),
    };
  };
}

function onEvidence(change: (evidence: readonly Instant[], asked: Asked) => readonly Instant[]): Engine {
  return onEachVerdict(({ evidence, counted }, asked) =>
    counted === null ? {} : { evidence: change(evidence, asked) },
  );
}

/** The failed migration attempts that existed at the as-of, in time order. */
function failures({ history, asOf }: Asked): readonly Attempt[] {
  return history.attempts
    .filter(({ at, kind, outcome }) => at <= asOf && kind === 'migration' && !outcome.startsWith('ok'))
    .sort((a, b) => a.at - b.at);
}

function lastOfItsWeek(at: Instant, asked: Asked): Instant {
  return failures(asked).findLast((row) => isoWeek(row.at) === isoWeek(at))?.at ?? at;
}

/** The instants of instructions by a supplier. */
function instructions({ history }: Asked): ReadonlySet<Instant> {
  return new Set(history.events.filter(({ event }) => event === 'supplier-gsme-exclusion').map(({ at }) => at));
}

const BESIDE: Readonly<Record<string, string>> = { '18.4': '18.5', '18.5': '18.4', '18.7': '18.8', '18.8': '18.7' };

/** The wrong engines, by what they do. Each finds every category that holds, and none that does not. */
export const WRONG_ANSWERS: Readonly<Record<string, Engine>> = {
  'names the clause beside the right one': onEachVerdict(({ clause }) => ({ clause: BESIDE[clause] ?? clause })),
  'names the first clause of the rules for every verdict': onEachVerdict((_, { rules }) => ({
    clause: rules.clauses[0]?.clause ?? '',
  })),
  'names the clause with its document': onEachVerdict(({ clause }) => ({ clause: `TMAD ${clause}` })),
  'names no clause for a gas meter': onEachVerdict(({ excludes, clause }) => ({
    clause: excludes === 'gsme' ? '' : clause,
  })),
  'excludes the installation with its gas meter': onEachVerdict(() => ({ excludes: 'installation' })),
  'excludes the gas meter of every installation without WAN': onEachVerdict(({ category, excludes }) => ({
    excludes: category === 'no-wan-attempting' ? 'gsme' : excludes,
  })),
  'names the last attempt of each week': onEvidence((evidence, asked) =>
    evidence.map((at) => lastOfItsWeek(at, asked)),
  ),
  'names every failed attempt': onEvidence((evidence, asked) =>
    [...new Set([...evidence, ...failures(asked).map(({ at }) => at)])].sort((a, b) => a - b),
  ),
  'names the newest attempt alone': onEvidence((evidence) => evidence.slice(-1)),
  'names the first attempts that were enough': onEachVerdict(({ category, evidence }, { rules }) => {
    const shows = rules.clauses.find((clause) => clause.category === category)?.shows;
    return shows?.type === 'count' ? { evidence: evidence.slice(0, Math.max(1, shows.atLeast)) } : {};
  }),
  'leaves the instruction of the supplier out': onEvidence((evidence, asked) =>
    evidence.filter((at) => !instructions(asked).has(at)),
  ),
  'names the day of met_at for a decision': onEachVerdict(({ counted, metAt, evidence }) => ({
    evidence: counted === null ? [metAt] : evidence,
  })),
  'names nothing for a decision': onEachVerdict(({ counted, evidence }) => ({ evidence: counted === null ? [] : evidence })), // prettier-ignore
  'counts what is asked for, whatever was counted': onEachVerdict(({ category, counted }, { rules }) => {
    const shows = rules.clauses.find((clause) => clause.category === category)?.shows;
    return { counted: counted !== null && shows?.type === 'count' ? shows.atLeast : counted };
  }),
  'counts a decision as one': onEachVerdict(({ counted }) => ({ counted: counted ?? 1 })),
  'counts the instants that it names': onEachVerdict(({ counted, evidence }) => ({
    counted: counted === null ? null : evidence.length,
  })),
};
