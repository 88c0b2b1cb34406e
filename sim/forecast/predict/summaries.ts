import { COHORTS } from '../../../src/installation/cohort.ts';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { categoryOf, type Facts } from '../state/stateFacts.ts';

/** A summary is used if so many installations are among whom it counts, in the portfolio and in each member. Ours. */
export const AMONG_MIN = 40;
/** A summary whose standard deviation over a library is below this tells no draw from another. Ours. */
export const SD_MIN = 1e-6;

/** A share of a portfolio that says something of its parameters, whatever its size: how many of `among` are `of`. */
interface Summary {
  readonly name: string;
  readonly among: (facts: Facts) => boolean;
  readonly of: (facts: Facts) => boolean;
}

export const isDormant = (facts: Facts): boolean => facts.esmeDormant === 1 && facts.gas !== 2;
const attempted = (facts: Facts): boolean => facts.attempted > 0;
/** True if anything was done with an installation, or the rules report it. */
export const hasBegun = (facts: Facts): boolean => facts.attempted > 0 || facts.instructed > 0 || facts.verdict > 0;
const failedWeeks = (facts: Facts): number => facts.wanWeeks + facts.hanWeeks + facts.otherWeeks;

interface Class {
  readonly name: string;
  readonly is: (facts: Facts) => boolean;
}

const CLASSES: readonly Class[] = COHORTS.flatMap((name, cohort) => [
  { name: `${name} Dormant`, is: (facts) => facts.cohort === cohort && isDormant(facts) },
  { name: `${name} not Dormant`, is: (facts) => facts.cohort === cohort && !isDormant(facts) },
]);

type Predicate = (facts: Facts) => boolean;

const shareIn =
  (name: string, is: Predicate) =>
  (what: string, among: Predicate, of: Predicate): Summary => ({
    name: `${name}: ${what}`,
    among: (facts) => is(facts) && among(facts),
    of,
  });

const ofClass = ({ name, is }: Class): readonly Summary[] => {
  const share = shareIn(name, is);
  return [
    share('attempted', () => true, attempted),
    share('migrated, of those attempted', attempted, (facts) => facts.ended > 0),
    share('attempted within two weeks, of those attempted', attempted, (facts) => facts.attempted <= 2),
    share('attempted within eight weeks, of those attempted', attempted, (facts) => facts.attempted <= 4),
    share('MA112, of those attempted', attempted, (facts) => facts.wanWeeks > 0),
    share('MA112 in two weeks, of those with MA112', (facts) => facts.wanWeeks > 0, (facts) => facts.wanWeeks > 1), // prettier-ignore
    share(
      'GT01, of those attempted',
      (facts) => attempted(facts) && facts.gas > 0,
      (facts) => facts.hanWeeks > 0,
    ),
    share('instructed by the supplier, of those with GT01', (facts) => facts.hanWeeks > 0, (facts) => facts.supplierInstructed > 0), // prettier-ignore
    share('other failures, of those attempted', attempted, (facts) => facts.otherWeeks > 0),
  ];
};

/** What says how fast they come and what the rules say of those who have begun: it will be so with many who have not. */
const lineSummariesOf = ({ name, is }: Class): readonly Summary[] => {
  const share = shareIn(name, is);
  return [
    share(
      'within four weeks, of those migrated',
      (facts) => facts.ended > 0,
      (facts) => facts.attempted <= 3,
    ),
    share(
      'within eight weeks, of those migrated',
      (facts) => facts.ended > 0,
      (facts) => facts.attempted <= 4,
    ),
    ...CATEGORIES.map((category, i) => share(`${category}, of those begun`, hasBegun, (facts) => categoryOf(facts.verdict) === i)), // prettier-ignore
  ];
};

const OF_ALL: readonly Summary[] = [
  { name: 'instructed', among: (f) => f.cohort === 0 && isDormant(f), of: (f) => f.instructed > 0 },
  { name: 'prepared, of those instructed', among: (f) => f.instructed > 0, of: (f) => f.prepared > 0 },
  { name: 'NO-WAN, of those instructed', among: (f) => f.instructed > 0, of: (f) => f.noWan > 0 },
  { name: 'two NO-WAN, of those with one', among: (f) => f.noWan > 0, of: (f) => f.noWan > 1 },
  { name: 'three NO-WAN, of those with two', among: (f) => f.noWan > 1, of: (f) => f.noWan > 2 },
  { name: 'Table 5.10, of those attempted', among: attempted, of: (f) => f.table510 > 0 },
  { name: 'two weeks of GT01, of those with one', among: (f) => f.hanWeeks > 0, of: (f) => f.hanWeeks > 1 },
  { name: 'three MA112 weeks, of those with two', among: (f) => f.wanWeeks > 1, of: (f) => f.wanWeeks > 2 },
  {
    name: 'two weeks of other failures, of those with one',
    among: (f) => f.otherWeeks > 0,
    of: (f) => f.otherWeeks > 1,
  },
  { name: 'three weeks of other failures, of those with two', among: (f) => f.otherWeeks > 1, of: (f) => f.otherWeeks > 2 }, // prettier-ignore
  { name: 'five weeks of other failures, of those with three', among: (f) => f.otherWeeks > 2, of: (f) => f.otherWeeks > 4 }, // prettier-ignore
  { name: 'migrated, of those with other failures', among: (f) => f.otherWeeks > 0, of: (f) => f.ended > 0 },
  { name: 'attempted within a week, of those who failed lately', among: (f) => f.ended === 0 && failedWeeks(f) > 0 && f.attempted > 0 && f.attempted <= 3, of: (f) => f.attempted === 1 }, // prettier-ignore
  { name: 'still attempted after five weeks of failures', among: (f) => f.ended === 0 && failedWeeks(f) >= 5, of: (f) => f.attempted > 0 && f.attempted <= 3 }, // prettier-ignore
  { name: 'instructed within four weeks, of those with NO-WAN', among: (f) => f.noWan > 0, of: (f) => f.instructed === 1 }, // prettier-ignore
];

/** The summaries of a portfolio. Each is a share, so that no size of anything enters. */
export const SUMMARIES: readonly Summary[] = [...OF_ALL, ...CLASSES.flatMap(ofClass)];

/** The summaries that lines are regressed on: those of a portfolio, its pace and its verdicts. */
export const LINE_SUMMARIES: readonly Summary[] = [
  ...SUMMARIES,
  { name: 'instructed within four weeks, of those prepared', among: (f) => f.prepared > 0, of: (f) => f.instructed === 1 }, // prettier-ignore
  { name: 'instructed within eight weeks, of those prepared', among: (f) => f.prepared > 0, of: (f) => f.instructed <= 2 }, // prettier-ignore
  ...CLASSES.flatMap(lineSummariesOf),
];

/** A scale on which shares are compared: a share on it, and its variance for having seen so few. */
export interface SummaryScale {
  readonly valueOf: (of: number, among: number) => number;
  readonly noiseOf: (of: number, among: number) => number;
}

/** The scale on which the noise does not depend on the share: 1 / (4 n) is its variance. */
export const ANGLE: SummaryScale = {
  valueOf: (of, among) => {
    const share = shareOf(of, among);
    return Math.atan(Math.sqrt(share / (1 - share)));
  },
  noiseOf: (_, among) => 1 / (4 * among),
};

/** Shares far below this say nothing more: it bounds their log odds, whatever the size of the portfolio. Ours. */
const SHARE_MIN = 0.002;

/** Log odds: the scale of the shifts that a share explains. */
export const LOG_ODDS: SummaryScale = {
  valueOf: (of, among) => {
    const share = shareOf(of, among);
    return Math.log((share + SHARE_MIN) / (1 - share + SHARE_MIN));
  },
  noiseOf: (of, among) => {
    const share = shareOf(of, among);
    const slope = 1 / (share + SHARE_MIN) + 1 / (1 - share + SHARE_MIN);
    return (slope * slope * share * (1 - share)) / among;
  },
};

function shareOf(of: number, among: number): number {
  return Math.min(1, Math.max(0, of / among));
}
