import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { READINGS, readingsOn } from '../../../src/regulation/readings.ts';
import { clauseOf, expiryInstant, inForceInstant } from '../../../src/rules/ruleset.ts';
import { questionArbitrary } from '../arbitraries/questions.ts';
import { law, must, mustEqual, type Law, type Rules } from './law.ts';

const ANY = (rules: Rules) => questionArbitrary(rules);

/** The cohorts of src/docs/domain.md, written out a second time so that an error in the clause rows is detected. */
const SCOPE: Readonly<Record<string, readonly string[]>> = {
  IOC: ['master-key', 'uneconomic-to-test', 'no-wan-before', 'no-wan-attempting', 'gt01', 'five-retries'],
  MOC_MDS: ['master-key', 'no-wan-attempting', 'five-retries'],
  MOC_Secure: ['gt01', 'five-retries'],
  FOC: ['uneconomic-to-test'],
};

/** Laws about the form of an answer, and about how its fields relate to each other. */
export const VERDICT_LAWS: readonly Law[] = [
  law('verdicts are of clauses of the rule set, each once, in the order of the ids', ANY, (engine, question) => {
    const { verdicts } = engine(question.history, question.rules, question.asOf);
    const found = verdicts.map(({ category }) => category);
    mustEqual(
      found,
      CATEGORIES.filter((category) => found.includes(category)),
      'order',
    );
    for (const verdict of verdicts) {
      const clause = clauseOf(question.rules, verdict.category);
      mustEqual([verdict.clause, verdict.excludes], [clause?.clause, clause?.excludes], 'the row of the clause');
    }
  }),
  law(
    'exactly one row is reported where any holds',
    ANY,
    (engine, { history, rules, asOf }) => {
      const { verdicts } = engine(history, rules, asOf);
      const reported = verdicts.filter((verdict) => verdict.reported).length;
      mustEqual(reported, verdicts.length > 0 ? 1 : 0, 'rows reported');
    },
    { needsAll: true },
  ),
  law(
    'the reported row is the first by precedence, save that gt01 may go before five-retries',
    ANY,
    (engine, q) => {
      const { verdicts } = engine(q.history, q.rules, q.asOf);
      const held = new Map(verdicts.map((verdict) => [verdict.category, verdict.reported]));
      const first = [...q.rules.precedence].find((category) => held.has(category));
      if (first === undefined || held.get(first) === true) return;
      must(first === 'five-retries', `${first} goes first`);
      must(held.get('gt01') === true, 'only gt01 goes before five-retries');
      must(q.rules.fiveRetriesAgainstGt01 === 'restsOnGt01', 'and not where the order alone decides');
    },
    { needsAll: true },
  ),
  law('a verdict takes effect from the later of met and in force, within its dates, or not yet', ANY, (engine, q) => {
    for (const { category, metAt, effectiveFrom } of engine(q.history, q.rules, q.asOf).verdicts) {
      const clause = clauseOf(q.rules, category);
      const inForce = clause === undefined ? undefined : inForceInstant(clause);
      const from = inForce === undefined ? Infinity : Math.max(metAt, inForce);
      const inEffect = from <= q.asOf && from < expiryInstant(q.rules);
      mustEqual(effectiveFrom, inEffect ? from : null, `effective_from of ${category}`);
    }
  }),
  law('evidence is sorted, of rows that count, and as much as was counted', ANY, (engine, { history, rules, asOf }) => {
    const readmits = history.events.filter(({ event, at }) => event === 'readmit' && at <= asOf).map(({ at }) => at);
    for (const verdict of engine(history, rules, asOf).verdicts) {
      const { category, counted, evidence } = verdict;
      const shows = clauseOf(rules, category)?.shows;
      mustEqual(
        evidence,
        [...evidence].sort((a, b) => a - b),
        'sorted evidence',
      );
      must(
        evidence.every((at) => at <= asOf && at > Math.max(...readmits, 0)),
        'evidence since the readmit',
      );
      if (shows?.type === 'standing') mustEqual([counted, evidence.length], [null, 1], `a standing ${category}`);
      if (shows?.type !== 'count') continue;
      must(counted !== null, `${category} counts`);
      const instructed = category === 'gt01' ? evidence.length - (counted ?? 0) : 0;
      must(instructed === 0 || instructed === 1, `evidence of ${category} is what it counted, and the instruction`);
      mustEqual(evidence.length, (counted ?? 0) + instructed, `evidence of ${category}`);
      if (instructed === 0) must((counted ?? 0) >= shows.atLeast, `${category} has at least ${shows.atLeast}`);
    }
  }),
  law('a category has held at every row since met_at, and not the second before', ANY, (engine, question) => {
    const { history, rules, asOf } = question;
    const rows = [...history.attempts, ...history.events].map(({ at }) => at);
    for (const { category, metAt } of engine(history, rules, asOf).verdicts) {
      const metAs = (at: number) => engine(history, rules, at).verdicts.find((row) => row.category === category)?.metAt;
      must(rows.includes(metAt), `met_at of ${category} is the instant of a row`);
      mustEqual(metAs(metAt - 1), undefined, `${category} the second before met_at`);
      for (const at of rows.filter((row) => row >= metAt && row <= asOf)) {
        mustEqual(metAs(at), metAt, `met_at of ${category} as of a row since`);
      }
    }
  }),
  law('no cohort has a category that it is not in the scope of', ANY, (engine, { history, asOf }) => {
    for (const { category } of engine(history, VARIOUS1, asOf).verdicts) {
      must((SCOPE[history.installation.cohort] ?? []).includes(category), `${history.installation.cohort} ${category}`);
      const { cohort, gas } = history.installation;
      must(category !== 'gt01' || gas !== null, 'gt01 needs a gas meter');
      const steady = !history.events.some(({ event }) => event === 'gas-payment-mode');
      const barred = cohort === 'IOC' && gas?.paymentMode === 'prepayment' && steady;
      must(category !== 'gt01' || !barred, 'gt01 of a prepayment gas meter in IOC');
    }
  }),
  law('only 18.5 and 18.6 reach an installation that never had a Dormant meter', ANY, (engine, { history, asOf }) => {
    const { installation, events } = history;
    const active = {
      ...installation,
      esmeDormant: false,
      gas: installation.gas === null ? null : { ...installation.gas, dormant: false },
    };
    const steady = events.filter(({ event }) => event !== 'esme-dormant' && event !== 'gsme-dormant');
    const answer = engine({ ...history, installation: active, events: steady }, VARIOUS1, asOf);
    for (const { category, evidence } of answer.verdicts) {
      must(category === 'uneconomic-to-test' || category === 'gt01', `${category} of an Active installation`);
      const instructions = events.filter(({ event }) => event === 'supplier-gsme-exclusion').map(({ at }) => at);
      must(
        category !== 'gt01' || instructions.some((at) => evidence.includes(at)),
        'an Active gt01 has an instruction',
      );
    }
  }),
  law(
    'a reading that acts on checks moves no verdict',
    ANY,
    (engine, { history, rules, asOf }) => {
      const answer = engine(history, rules, asOf);
      for (const name of readingsOn('checks')) {
        for (const value of Object.keys(READINGS[name].values)) {
          const other = { ...rules, readings: { ...rules.readings, [name]: value } };
          mustEqual(engine(history, other, asOf), answer, `${name}=${value}`);
        }
      }
    },
    { variesRules: true },
  ),
];
