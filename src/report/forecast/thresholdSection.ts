import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { clauseOf, type RuleSet } from '../../rules/ruleset.ts';
import { percentage, wholeNumber } from '../../text/numberWords.ts';
import type { Section, SectionFigure } from '../html/section.ts';
import { CLOCK_WORDS, footText, headText, savedOf } from './thresholdText.ts';
import { curveOf, type ThresholdPoint, type ThresholdReport } from '../ranges/thresholds.ts';

/** A curve for each counting clause: what share of those excluded would have migrated, by the number asked for. */
export function thresholdSection(report: ThresholdReport, rules: RuleSet): Section {
  const figures = CATEGORIES.filter((category) => curveOf(report, category, 'effect').length > 1).map((category) =>
    thresholdFigure(report, rules, category),
  );
  const last = figures.at(-1);
  return {
    id: 'thresholds',
    title: 'How many failures should a clause ask for?',
    lead: headText(report),
    figures: last === undefined ? [] : [...figures.slice(0, -1), { ...last, notes: footText(report) }],
  };
}

/** Who is asked about, in the few words of a legend: those from whose exclusion, or from whose last failure, weeks count. */
const SHORT_CLOCK_WORDS = { effect: 'from the exclusion on', met: 'from the last failure on' } as const;

function thresholdFigure(report: ThresholdReport, rules: RuleSet, category: ExclusionCategory): SectionFigure {
  const clause = clauseOf(rules, category);
  const title = `${clause?.clause} ${clause?.title}`;
  const clocks = ['effect', 'met'] as const;
  // A picture shows one spacing, that of the scenario; the table has all of them.
  const [first] = curveOf(report, category, 'effect');
  const shown = (clock: ThresholdPoint['clock']): readonly ThresholdPoint[] =>
    curveOf(report, category, clock).filter((point) => point.daysBetweenAttempts === first?.daysBetweenAttempts);
  const own = shown('effect').find((point) => point.isOwn);
  const sentence =
    own?.migrated13 === null || own?.migrated13 === undefined
      ? `${title}: nobody was followed for 13 weeks.`
      : `${title}: of ${wholeNumber(own.excluded.mean)} excluded at ${own.atLeast}, ${percentage(own.migrated13.mean)} would have migrated within 13 weeks of taking effect.`;
  const points = (clock: ThresholdPoint['clock']) =>
    shown(clock).flatMap(({ atLeast, migrated13 }) =>
      migrated13 === null ? [] : [{ x: atLeast, mean: 100 * migrated13.mean, error: 100 * (migrated13.error ?? 0) }],
    );
  return {
    title,
    sentence: `${sentence} The lines count from two moments: ${CLOCK_WORDS.effect}, and ${CLOCK_WORDS.met}.`,
    chart: {
      kind: 'series',
      data: {
        x: { kind: 'number', name: 'failures asked for' },
        unit: '% migrate within 13 weeks',
        bands: clocks.map((clock, colour) => ({
          label: `twice the standard error, ${clock}`,
          strength: 0,
          colour,
          points: points(clock).map(({ x, mean, error }) => ({ x, low: mean - error, high: mean + error })),
        })),
        lines: clocks.map((clock, colour) => ({
          label: `${clock}: ${SHORT_CLOCK_WORDS[clock]}`,
          colour,
          points: points(clock).map(({ x, mean }) => ({ x, y: mean })),
        })),
        dots: [],
        marks: own === undefined ? [] : [{ x: own.atLeast, label: 'the rules' }],
      },
    },
    table: {
      caption: `${title}: what each number does`,
      head: ['asks for', 'days apart', 'from', 'mostly', 'excluded', '13 weeks', '±', '26 weeks', 'saved', 'GBP'],
      right: [4, 5, 6, 7, 8, 9],
      rows: report.points
        .filter((point) => point.category === category)
        .map((point) => [
          String(point.atLeast),
          point.daysBetweenAttempts === null ? 'as is' : String(point.daysBetweenAttempts),
          point.clock,
          point.failure ?? 'all',
          wholeNumber(point.excluded.mean),
          point.migrated13 === null ? '' : percentage(point.migrated13.mean),
          point.migrated13 === null ? '' : percentage(point.migrated13.error ?? 0),
          point.migrated26 === null ? '' : percentage(point.migrated26.mean),
          wholeNumber(savedOf(point).mean),
          wholeNumber(point.balance.mean),
        ]),
    },
  };
}
