import { CATEGORIES, type Clause, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import { syntheticMpan, syntheticMprn } from '../../../src/installation/identifiers.ts';
import type { Installation, PaymentMode } from '../../../src/installation/installation.ts';
import type { Attempt, HistoryEvent } from '../../../src/migration/history.ts';
import { clauseOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import { instant, WEEK, type Instant } from '../../../src/time.ts';
import type { Question } from '../question.ts';
import { chance, pick, pickWeighted, type Dice } from './dice.ts';
import { eventsFor } from './events.ts';
import { bounded, datesOf, instantIn, startWeek } from './instants.ts';
import { withoutContradictions } from './keys.ts';
import type { Swarm } from './swarm.ts';

/**
 * Codes of failed migration attempts: those that have their own category, one of Table 5.10, and synthetic ones that no
 * list has. Two of these begin like a code that counts, for an engine that compares beginnings.
 */
const CODES = ['MA112', 'GT01', 'MA110', 'SYN-DF01', 'UNLISTED-1', 'MA112-SYN', 'GT01-SYN'] as const;
/** Suppliers of electricity and gas. The empty one is not known to DCC. */
const SUPPLIERS = ['E', 'G', 'H', 'G', 'E', ''] as const;
/** The most rows of a history. */
const ROWS_MAX = 60;
const WELL_AFTER = instant('2023-06-30T12:00:00Z');

/**
 * Generates one question near the edges of the rules. It has about `atLeast` attempts that the target category counts,
 * in separate weeks or narrowly not, with the disturbances that the swarm allows. Rows never contradict each other, and
 * are in no order. The question depends only on the dice, the swarm and the rules.
 */
export function generateQuestion(dice: Dice, swarm: Swarm, rules: RuleSet): Question {
  const category = pickWeighted(dice, swarm.aims);
  const clause = clauseOf(rules, category);
  const installation = installationFor(dice, swarm, clause);
  const attempts = withoutContradictions([
    ...attemptsFor(dice, swarm, { category, clause, rules }),
    ...(chance(dice, swarm.pairs) ? attemptsFor(dice, swarm, secondAim(dice, swarm, rules)) : []),
  ]);
  const scene = { category, clause, rules, installation, attempts };
  const events = withoutContradictions(eventsFor(dice, swarm, scene));
  const asOf = asOfFor(dice, rules, attempts, events);
  const isRepeated = chance(dice, swarm.repeats);
  const history = isRepeated
    ? { installation, attempts: withRepeats(dice, attempts), events: withRepeats(dice, events) }
    : { installation, attempts, events };
  return { history, rules, asOf };
}

/** Rows of which some are written twice, as when two files overlap. They are equal, so they count once. */
function withRepeats<R extends Attempt | HistoryEvent>(dice: Dice, rows: readonly R[]): readonly R[] {
  return rows.flatMap((row) => (chance(dice, 40) ? [row, { ...row }] : [row]));
}

function installationFor(dice: Dice, swarm: Swarm, clause: Clause | undefined): Installation {
  const inScope = clause !== undefined && clause.cohorts.length > 0 && !chance(dice, 20);
  const cohort: Cohort = pick(dice, inScope ? clause.cohorts : COHORTS);
  const isActive = () => chance(dice, swarm.active);
  const mode = (): PaymentMode => (chance(dice, 20) ? 'prepayment' : 'credit');
  const serial = dice.below(100_000);
  const needsGas = clause?.dormancy === 'gsmeRoutes';
  return {
    installationId: String(serial + 1),
    cohort,
    groupId: '',
    mpan: String(syntheticMpan(10 + (serial % 14), serial)),
    esmeDormant: !isActive(),
    electricityPaymentMode: mode(),
    electricitySupplier: pick(dice, SUPPLIERS),
    dmc: chance(dice, 85) ? 'DMC-1' : '',
    gas: chance(dice, needsGas ? 95 : 75)
      ? {
          mprn: String(syntheticMprn(serial)),
          dormant: !isActive(),
          paymentMode: mode(),
          supplier: pick(dice, SUPPLIERS),
        }
      : null,
  };
}

/** The target of a question. */
interface Aim {
  readonly category: ExclusionCategory;
  readonly clause: Clause | undefined;
  readonly rules: RuleSet;
}

/** Another target, so that two categories hold at once and it matters which of them is reported. */
function secondAim(dice: Dice, swarm: Swarm, rules: RuleSet): Aim {
  const category = chance(dice, 50) ? pick(dice, CATEGORIES) : pickWeighted(dice, swarm.aims);
  return { category, clause: clauseOf(rules, category), rules };
}

/** The number of attempts: one fewer than the clause requires, exactly as many, one more, or some other number. */
function countFor(dice: Dice, swarm: Swarm, atLeast: number): number {
  if (chance(dice, swarm.long)) return 12 + dice.below(ROWS_MAX - 20);
  const how = dice.below(10);
  if (how < 7) return Math.max(0, atLeast - 1 + dice.below(3));
  return dice.below(atLeast + 5);
}

function attemptsFor(dice: Dice, swarm: Swarm, { clause, rules }: Aim): Attempt[] {
  const shows = clause?.shows.type === 'count' ? clause.shows : undefined;
  const atLeast = shows?.atLeast ?? pick(dice, [0, 0, 3, 5]);
  const code = codeFor(dice, shows?.outcomes);
  const kind = shows?.kind ?? 'migration';
  const attempts: Attempt[] = [];
  let week = startWeek(dice, rules);
  let at: Instant = 0;
  for (let count = countFor(dice, swarm, Math.min(atLeast, 30)); count > 0; count -= 1) {
    at = nextInstant(dice, swarm, week, at);
    const isInstruction = kind === 'instruction' ? !chance(dice, 10) : chance(dice, swarm.instructions);
    attempts.push(isInstruction ? instruction(dice, swarm, at) : migration(dice, swarm, at, code));
    if (!chance(dice, swarm.sameWeek)) week += chance(dice, 15) ? 2 : 1;
  }
  if (chance(dice, swarm.migrations)) {
    attempts.push(ended(dice, attempts, at, week));
    // A second one: the rest of the devices after an `ok-esme`, or a migration after a readmit.
    if (chance(dice, 30)) attempts.push(ended(dice, attempts, at, week));
  }
  return attempts;
}

function codeFor(dice: Dice, outcomes: readonly string[] | 'anyFailure' | undefined): string {
  if (outcomes === undefined || outcomes === 'anyFailure' || outcomes.includes('NO-WAN')) return pick(dice, CODES);
  return pick(dice, outcomes);
}

/** An instant in the week, or exactly seven days after the last attempt, or one second less. */
function nextInstant(dice: Dice, swarm: Swarm, week: number, last: Instant): Instant {
  const isEdge = chance(dice, swarm.edges);
  if (isEdge && last > 0 && dice.below(4) === 0) return bounded(last + WEEK - dice.below(2));
  return bounded(instantIn(dice, week, isEdge));
}

function migration(dice: Dice, swarm: Swarm, at: Instant, code: string): Attempt {
  const outcome = chance(dice, swarm.otherCodes) ? pick(dice, CODES) : code;
  const isListed = outcome === 'SYN-DF01' && !chance(dice, 10);
  return {
    at,
    kind: 'migration',
    outcome,
    cause: chance(dice, swarm.system) ? 'system' : 'device',
    table510: isListed || chance(dice, swarm.table510),
  };
}

function instruction(dice: Dice, swarm: Swarm, at: Instant): Attempt {
  const how = dice.below(10);
  const outcome = how < 8 ? 'NO-WAN' : how === 8 ? 'ok' : 'SYN-PR01';
  const isSystem = outcome !== 'ok' && chance(dice, swarm.system);
  return { at, kind: 'instruction', outcome, cause: isSystem ? 'system' : 'device', table510: false };
}

/** The completed migration: after all attempts, at the instant of one, or among them. */
function ended(dice: Dice, attempts: readonly Attempt[], last: Instant, week: number): Attempt {
  const others = attempts.map((row) => row.at);
  const at = others.length > 0 && chance(dice, 40) ? pick(dice, others) + pick(dice, [0, 1, -1]) : last + WEEK;
  const outcome = chance(dice, 50) ? 'ok' : 'ok-esme';
  const when = last === 0 ? instantIn(dice, week, false) : at;
  return { at: bounded(when), kind: 'migration', outcome, cause: 'device', table510: false };
}

function asOfFor(dice: Dice, rules: RuleSet, attempts: readonly Attempt[], events: readonly HistoryEvent[]): Instant {
  let last = 0;
  for (const { at } of attempts) if (at > last) last = at;
  for (const { at } of events) if (at > last) last = at;
  const how = dice.below(10);
  if (how < 3) return WELL_AFTER;
  if (how < 6 && last > 0) return bounded(last + dice.below(3));
  if (how < 9) {
    const rows = dice.below(attempts.length + events.length + 1);
    const at = attempts[rows]?.at ?? events[rows - attempts.length]?.at ?? last;
    if (at > 0) return bounded(at + pick(dice, [0, 0, -1, 1]));
  }
  return bounded(pick(dice, datesOf(rules)) + pick(dice, [0, -1, 1]));
}
